import type { DatasetIds } from "@larder/core";
import type { Data, Field, Table } from "apache-arrow";
import type { Arrow } from "../load-arrow.js";
import { textData } from "./arrow-data.js";
import type { AnswerColumn } from "./column-of-values.js";

/** A column of an answer whose values are in runs. */
export interface ColumnInRuns {
  readonly field: Field;
  readonly data: readonly Data[];
}

/** A table of ids, which come first and are never null, and columns of as many rows. */
export function tableOfColumns(
  arrow: Arrow,
  idColumn: string,
  ids: DatasetIds,
  columns: readonly AnswerColumn[],
): Table {
  const runs = columns.map(({ field, data }) => ({ field, data: [data] }));
  return tableOfRuns(arrow, idColumn, [ids], runs);
}

/** The same of columns in runs, 1 or more: a record batch for each. */
export function tableOfRuns(
  arrow: Arrow,
  idColumn: string,
  ids: readonly DatasetIds[],
  columns: readonly ColumnInRuns[],
): Table {
  const idRuns = ids.map((run) => idData(arrow, idColumn, run));
  const idField = new arrow.Field(idColumn, idRuns[0]!.type, false);
  const schema = new arrow.Schema([idField, ...columns.map(({ field }) => field)]);
  const type = new arrow.Struct(schema.fields);
  const batches = idRuns.map((id, i) => {
    const children = [id, ...columns.map(({ data }) => data[i]!)];
    return new arrow.RecordBatch(schema, arrow.makeData({ type, length: id.length, nullCount: 0, children }));
  });
  return new arrow.Table(schema, batches);
}

function idData(arrow: Arrow, idColumn: string, ids: DatasetIds): Data {
  const run = { length: ids.length, nullCount: 0, nullBitmap: null };
  if (ids instanceof BigInt64Array) return arrow.makeData({ type: new arrow.Int64(), ...run, data: ids });
  return textData(arrow, idColumn, ids, run, (row) => ids[row]!);
}
