import type { FetchedRow } from "../../fetcher.js";
import type { KnownColumn } from "./table-columns.js";

/** A column whose values, as the driver gives them, still have to be read. */
export interface ReadColumn extends KnownColumn {
  /** From what the driver gave, never null, to the value. Absent: it is the value. */
  readonly read?: (value: unknown) => unknown;
}

/** Reads values in place: the rows are those the driver just made. */
export function readColumns(rows: readonly Record<string, unknown>[], columns: readonly ReadColumn[]): FetchedRow[] {
  for (const { name, read } of columns) {
    if (read === undefined) continue;
    for (const row of rows) {
      const value = row[name];
      if (value !== null && value !== undefined) row[name] = read(value);
    }
  }
  return rows as FetchedRow[];
}
