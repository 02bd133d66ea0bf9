import { type EncodedValue, LarderError } from "@larder/core";
import type { Table } from "apache-arrow";
import type { ArrowLikeTable } from "../arrow/arrow-like.js";
import { planColumn } from "./encode-column.js";
import { explainUnstorable } from "./explain-unstorable.js";
import { joinedParts } from "./joined-parts.js";
import { rowGroupEnd } from "./row-group-cuts.js";
import { createTableFile, rowGroupParts } from "./table-file.js";
import { checkOptions, type EncodeParquetOptions } from "./write-options.js";
import type { TableSize } from "./write-parquet.js";

/** A table as a Parquet file, with the facts a blob record keeps. */
export interface EncodedParquet extends EncodedValue {
  readonly details: { readonly rows: number; readonly columns: number };
}

/**
 * Writes an Arrow table (of any copy of apache-arrow) as one plain Parquet file that brings it back exactly: values,
 * types, nulls, metadata, order of rows and columns. The event loop gets its turns meanwhile.
 *
 * @throws LarderError `unstorable-table` naming the column and its type, when something can't be kept exactly; `invalid-option`,
 *   `unknown-column`, `unsupported-compression`
 */
export async function encodeParquet(
  table: Table | ArrowLikeTable,
  options: EncodeParquetOptions = {},
): Promise<EncodedParquet> {
  const parts: Uint8Array[] = [];
  const details = { rows: 0, columns: 0 };
  for await (const some of tableParts(table, options, details)) for (const part of some) parts.push(part);
  return { bytes: joinedParts(parts), details };
}

/**
 * The bytes of such a file in order, a column of a row group at a time, in parts that may be views of the table's memory.
 *
 * @param size right once the parts have ended
 * @throws LarderError as {@link encodeParquet}
 */
export async function* tableParts(
  table: Table | ArrowLikeTable,
  options: EncodeParquetOptions,
  size: TableSize,
): AsyncGenerator<readonly Uint8Array[], void, undefined> {
  const reason = explainUnstorable(table);
  if (reason !== undefined) throw new LarderError(reason, { code: "unstorable-table" });
  const { schema, numRows } = table as ArrowLikeTable;
  const checked = await checkOptions(options, schema.fields);
  const batches = (table as ArrowLikeTable).batches.filter((batch) => batch.numRows > 0);
  const plans = schema.fields.map((field, i) => {
    const chunks = batches.map((batch) => batch.data.children[i]!);
    const bloomFilter = checked.bloomFilters.get(field.name);
    return planColumn(field, chunks, { nullability: "found", rowsBefore: 0, layout: checked.layout, bloomFilter });
  });
  const file = await createTableFile(schema, plans, checked);
  for (let start = 0; start < numRows; ) {
    const { end } = rowGroupEnd(batches, start, numRows, checked);
    yield* rowGroupParts(file, plans, start, end);
    start = end;
  }
  file.finish();
  yield file.take();
  size.rows = numRows;
  size.columns = schema.fields.length;
}
