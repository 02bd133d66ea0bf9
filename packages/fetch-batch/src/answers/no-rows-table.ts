import type { DatasetIds } from "@larder/core";
import type { Table } from "apache-arrow";
import { loadArrow } from "../load-arrow.js";
import { tableOfColumns } from "./table-of-columns.js";

/** A table without rows. @param noIds no ids, of the kind that the id column has */
export async function noRowsTable(idColumn: string, noIds: DatasetIds, columns: readonly string[]): Promise<Table> {
  const arrow = await loadArrow();
  const type = new arrow.Null();
  const nulls = columns.map((name) => ({
    field: new arrow.Field(name, type, true),
    data: arrow.makeData({ type, length: 0, nullCount: 0 }),
  }));
  return tableOfColumns(arrow, idColumn, noIds, nulls);
}
