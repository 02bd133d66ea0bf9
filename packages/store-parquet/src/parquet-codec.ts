import type { ValueCodec } from "@larder/core";
import type { Table } from "apache-arrow";
import { type EncodeParquetOptions, encodeParquet } from "./encode-parquet.js";
import { explainUnstorable } from "./explain-unstorable.js";
import { openParquet } from "./open-parquet.js";

/**
 * The codec for Arrow tables: each is stored as one plain Parquet file. Accepts a table, also of another copy of
 * apache-arrow, when every column can be brought back exactly; {@link explainUnstorable} says why one is not accepted.
 */
export function parquetCodec(options: EncodeParquetOptions = {}): ValueCodec<Table> {
  return {
    name: "larder.parquet.1",
    accepts: (value) => explainUnstorable(value) === undefined,
    encode: (table) => encodeParquet(table, options),
    decode: (source) => openParquet(source).scan().toArrow(),
    openTable: (source) => openParquet(source),
  };
}
