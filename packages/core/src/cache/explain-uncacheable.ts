import { explainUnencodable } from "../codecs/structured-value.js";
import { isStreamedValue } from "../streamed-value.js";
import type { CodecSet } from "./codec-set.js";

/** What marks the references that `remoteReference` of @larder/store-parquet makes. */
const remoteReferenceSymbol = Symbol.for("larder.remoteReference");

/** Why no codec takes a value, as a whole sentence, with the package that could where there is one. */
export function explainUncacheable(key: string, value: unknown, codecs: CodecSet): string {
  const start = `The value under '${key}' was not stored: `;
  const ofCodec = codecs.explaining(value);
  if (ofCodec !== undefined) return `${start}${ofCodec}.`;
  if (isArrowTable(value)) {
    return `${start}it is an Arrow table, and this cache has no codec for tables. Install @larder/store-parquet and pass codecs: [parquetCodec()], or use DiskCache of @larder/disk-cache, which brings it.`;
  }
  if (isStreamedValue(value)) {
    return `${start}it is a stream, such as of the batches of a table, and no codec of this cache takes it. Install @larder/store-parquet and pass codecs: [parquetCodec()], or use DiskCache of @larder/disk-cache, which brings it.`;
  }
  if (typeof value === "object" && value !== null && remoteReferenceSymbol in value) {
    return `${start}it is a reference to data elsewhere, and this cache has no codec for references. Pass codecs: [referenceCodec()] of @larder/store-parquet.`;
  }
  const why = explainUnencodable(value) ?? "no codec accepts it";
  return `${start}${why}. Store plain data instead, or pass a codec for this kind of value.`;
}

/** An Arrow table of any copy of apache-arrow. */
function isArrowTable(value: unknown): boolean {
  if (typeof value !== "object" || value === null) return false;
  const { schema, batches, numRows } = value as { schema?: { fields?: unknown }; batches?: unknown; numRows?: unknown };
  return Array.isArray(schema?.fields) && Array.isArray(batches) && typeof numRows === "number";
}
