import type { Table } from "apache-arrow";
import { loadArrow } from "../arrow/load-arrow.js";
import { columnArray } from "./column-values.js";
import { fillLazyRows, type RowObject } from "./lazy-rows.js";
import { arePlainRows, fillPlainRows } from "./plain-rows.js";

/** A table as one array for each column, as `toColumns` of a scan gives it. */
export async function tableColumns(table: Table): Promise<Record<string, ArrayLike<unknown>>> {
  const arrow = await loadArrow();
  const columns: Record<string, ArrayLike<unknown>> = {};
  for (const [i, { name }] of table.schema.fields.entries()) {
    const value = await columnArray(arrow, name, table.getChildAt(i)!);
    // Assigning would lose a column named __proto__.
    Object.defineProperty(columns, name, { value, enumerable: true, writable: true, configurable: true });
  }
  return columns;
}

/**
 * A table as one object for each row, as `toRows` of a scan gives it: with their values where these are not too many and all can be
 * made, else with values that are made when they are looked at.
 */
export async function tableRows(table: Table): Promise<RowObject[]> {
  const arrow = await loadArrow();
  // Of its full length at once: to grow it would copy it again and again.
  const rows: RowObject[] = new Array(table.numRows);
  const arePlain = arePlainRows(table.batches);
  let at = 0;
  for (const batch of table.batches) {
    const isDone = arePlain && (await fillPlainRows(rows, at, batch, arrow));
    if (!isDone) await fillLazyRows(rows, at, batch, arrow);
    at += batch.numRows;
  }
  return rows;
}
