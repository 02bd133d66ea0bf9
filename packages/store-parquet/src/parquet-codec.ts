import type { EncodedStream, EncodedValue, JsonObject, ValueCodec } from "@larder/core";
import type { Table } from "apache-arrow";
import { isArrowLikeTable } from "./arrow/arrow-like.js";
import { collectTableStream, encodeTableStream } from "./manager/encode-table-stream.js";
import { encodeLimitedTable, isLimitedTable } from "./manager/limited-table.js";
import { isTableStream } from "./manager/table-stream.js";
import { openParquet } from "./open-parquet.js";
import { encodeParquet } from "./write/encode-parquet.js";
import { explainUnstorable } from "./write/explain-unstorable.js";
import { type EncodeParquetOptions, optionsForTable } from "./write/write-options.js";

/**
 * The codec for Arrow tables: each is stored as one plain Parquet file. Accepts a table, also of another copy of
 * apache-arrow, when every column can be brought back exactly; {@link explainUnstorable} says why one is not accepted. A
 * `tableStream` is stored as it comes, where the backend takes streams, in the memory of a row group. Bloom filters are made of
 * those columns that a table has. The record of a table that was stored cold says so in its details.
 */
export function parquetCodec(options: EncodeParquetOptions = {}): ValueCodec<Table> {
  const profile = options.profile === "cold" ? { profile: options.profile } : {};
  const withProfile = (details: JsonObject | undefined): JsonObject => ({ ...details, ...profile });
  return {
    name: "larder.parquet.1",
    accepts: (value) => unstorable(value) === undefined,
    explain: (value) => (isOfTables(value) ? unstorable(value)?.replace(/\.$/, "") : undefined),
    async encode(table: Table) {
      const encoded: EncodedValue = await (isTableStream(table)
        ? collectTableStream(table, options)
        : encodeParquet(table, optionsForTable(options, table.schema.fields)));
      return { bytes: encoded.bytes, details: withProfile(encoded.details) };
    },
    encodeStream(value: unknown) {
      const stream = encodedStream(value, options);
      return stream && { chunks: stream.chunks, details: () => withProfile(stream.details?.()) };
    },
    decode: (source) => openParquet(source).scan().toArrow(),
    openTable: (source) => openParquet(source),
  };
}

function encodedStream(value: unknown, options: EncodeParquetOptions): EncodedStream | undefined {
  if (isLimitedTable(value)) return encodeLimitedTable(value, options);
  return isTableStream(value) ? encodeTableStream(value, options) : undefined;
}

function isOfTables(value: unknown): boolean {
  return isArrowLikeTable(value) || isTableStream(value) || isLimitedTable(value);
}

/** Why a value of one of the kinds this codec knows can't be stored. */
function unstorable(value: unknown): string | undefined {
  if (isLimitedTable(value)) return unstorable(value.table);
  if (isTableStream(value)) return explainUnstorable({ schema: value.schema, batches: [], numRows: 0 });
  return explainUnstorable(value);
}
