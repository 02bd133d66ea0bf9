export { type EncodedParquet, type EncodeParquetOptions, encodeParquet } from "./encode-parquet.js";
export { explainUnstorable } from "./explain-unstorable.js";
export { openParquet, openParquetFile, type ParquetTable } from "./open-parquet.js";
export { parquetCodec } from "./parquet-codec.js";
