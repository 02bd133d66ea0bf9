import { valueDigest } from "@larder/core";
import type { ParquetTable } from "@larder/store-parquet";
import type { Table } from "apache-arrow";
import type { Turns } from "./turns.js";

/**
 * Reads two tables and refuses them unless they are the same: schema, metadata, and every row in its place.
 *
 * @param step - rows that are read at once, at least 1
 * @throws Error naming the first row of a step in which they differ; what reading throws; the reason of `turns`
 */
export async function refuseOther(
  one: ParquetTable,
  other: ParquetTable,
  { rows, step, turns }: { readonly rows: number; readonly step: number; readonly turns: Turns },
): Promise<void> {
  if ((await other.scan().count()) !== rows) throw differ(rows);
  for (let start = 0; start === 0 || start < rows; start += step) {
    const digests: string[] = [];
    for (const table of [one, other]) {
      await turns.breathe();
      const part = await tableSlice(table, start, step);
      await turns.breathe();
      digests.push(valueDigest(part));
    }
    if (digests[0] !== digests[1]) throw differ(start);
  }
}

function differ(row: number): Error {
  return new Error(`the table that was written is another one, from row ${row} on`);
}

/** Some rows of a table. */
export function tableSlice(table: ParquetTable, start: number, rows: number): Promise<Table> {
  return table.scan().slice(start, rows).toArrow() as Promise<Table>;
}
