import { setImmediate } from "node:timers/promises";
import { type EncodedValue, LarderError } from "@larder/core";
import type { Table } from "apache-arrow";
import type { ArrowLikeTable } from "./arrow-like.js";
import { arrowSchemaKey, encodeArrowSchema } from "./arrow-schema-entry.js";
import { type ColumnPlan, encodeColumn, planColumn } from "./encode-column.js";
import { explainUnstorable } from "./explain-unstorable.js";
import { loadArrow } from "./load-arrow.js";
import { ownField } from "./own-arrow-type.js";
import { createParquetFile } from "./parquet-file-writer.js";

/** How Parquet files are written. */
export interface EncodeParquetOptions {
  /** Default `"none"`: the fastest to write and to read. `"snappy"` makes files smaller and several times slower. */
  readonly compression?: "none" | "snappy";
  /** Rows in a row group, at least 1; default 98,304. */
  readonly rowGroupRows?: number;
}

/** A table as a Parquet file, with the facts a blob record keeps. */
export interface EncodedParquet extends EncodedValue {
  readonly details: { readonly rows: number; readonly columns: number };
}

/** About 100,000, and a whole number of pages. */
const defaultRowGroupRows = 98_304;

/**
 * Writes an Arrow table (of any copy of apache-arrow) as one plain Parquet file that brings it back exactly: values,
 * types, nulls, metadata, order of rows and columns. Yields to the event loop between row groups.
 *
 * @throws LarderError `unstorable-table` naming the column and its type, when something can't be kept exactly
 */
export async function encodeParquet(
  table: Table | ArrowLikeTable,
  options: EncodeParquetOptions = {},
): Promise<EncodedParquet> {
  const { compression = "none", rowGroupRows = defaultRowGroupRows } = options;
  if (!Number.isInteger(rowGroupRows) || rowGroupRows < 1) {
    throw new LarderError(`rowGroupRows must be a whole number of at least 1, not ${rowGroupRows}.`, {
      code: "invalid-option",
      facts: { rowGroupRows },
    });
  }
  const reason = explainUnstorable(table);
  if (reason !== undefined) throw new LarderError(reason, { code: "unstorable-table" });

  const { schema, batches, numRows } = table as ArrowLikeTable;
  const arrow = await loadArrow();
  const fields = schema.fields.map((field, i) => ownField(arrow, field, i));
  const ownSchema = new arrow.Schema(fields, new Map(schema.metadata));
  const plans = schema.fields.map((field, i): ColumnPlan => {
    const chunks = batches.filter((batch) => batch.numRows > 0).map((batch) => batch.data.children[i]!);
    return planColumn(field, chunks);
  });
  const file = await createParquetFile({
    columns: plans.map(({ field, leaf, optional }) => ({ name: field.name, leaf, optional })),
    metadata: [
      ...[...schema.metadata].filter(([key]) => key !== arrowSchemaKey).map(([key, value]) => ({ key, value })),
      { key: arrowSchemaKey, value: encodeArrowSchema(arrow, ownSchema) },
    ],
    compression,
  });
  for (let start = 0; start < numRows; start += rowGroupRows) {
    const end = Math.min(start + rowGroupRows, numRows);
    file.addRowGroup(
      end - start,
      plans.map((plan) => encodeColumn(plan, start, end)),
    );
    await setImmediate();
  }
  return { bytes: file.finish(), details: { rows: numRows, columns: plans.length } };
}
