import type { DatasetIds } from "@larder/core";
import type { Data, Table } from "apache-arrow";
import type { Arrow } from "../load-arrow.js";
import { textData } from "./arrow-data.js";
import type { AnswerColumn } from "./column-of-values.js";

/** A table of ids, which come first and are never null, and columns of as many rows. */
export function tableOfColumns(
  arrow: Arrow,
  idColumn: string,
  ids: DatasetIds,
  columns: readonly AnswerColumn[],
): Table {
  const id = idData(arrow, idColumn, ids);
  const schema = new arrow.Schema([new arrow.Field(idColumn, id.type, false), ...columns.map(({ field }) => field)]);
  const children = [id, ...columns.map(({ data }) => data)];
  const type = new arrow.Struct(schema.fields);
  const struct = arrow.makeData({ type, length: ids.length, nullCount: 0, children });
  return new arrow.Table(schema, [new arrow.RecordBatch(schema, struct)]);
}

/** Ids as a run of an Arrow column. */
export function idData(arrow: Arrow, idColumn: string, ids: DatasetIds): Data {
  const run = { length: ids.length, nullCount: 0, nullBitmap: null };
  if (ids instanceof BigInt64Array) return arrow.makeData({ type: new arrow.Int64(), ...run, data: ids });
  return textData(arrow, idColumn, ids, run, (row) => ids[row]!);
}
