import { type Table, tableFromArrays } from "apache-arrow";

/** Columns of a wide table. */
export const columnNames = ["a", "b", "c", "d", "e", "f", "g", "h"] as const;

/** A table of eight columns of floats that no compression shrinks. */
export function wideTable(rows: number, from = 0): Table {
  const columns = columnNames.map((name, c) => [
    name,
    Float64Array.from({ length: rows }, (_, i) => Math.sin((from + i) * 8 + c)),
  ]);
  return tableFromArrays(Object.fromEntries(columns) as Record<string, Float64Array>);
}

/** The value of a row. */
export function valueAt(row: number, column: number): number {
  return Math.sin(row * 8 + column);
}
