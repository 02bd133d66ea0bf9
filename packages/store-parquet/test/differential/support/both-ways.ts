import { bytesSource, col, type FilterValue, LarderError, type TableScan } from "@larder/core";
import { openParquet } from "@larder/store-parquet";
import type { Table } from "apache-arrow";
import { expect } from "vitest";
import { seededRandom } from "../../support/random-table.js";
import { rawValues, tableDifference } from "../../support/table-difference.js";

/** A way of reading part of a table. */
export interface Reading {
  readonly name: string;
  readonly narrow: (scan: TableScan<Table>) => TableScan<Table>;
  /** The rows and columns of the whole table that it gives, where that can be told beforehand. */
  readonly gives?: { readonly columns?: readonly string[]; readonly rows: readonly number[] };
}

/** A table, or what kept it from being read. */
export type Outcome = Table | LarderError;

/** Reads a table with the direct path or without. An error that is no LarderError is thrown. */
export async function readWay(bytes: Uint8Array, direct: boolean, narrow: Reading["narrow"]): Promise<Outcome> {
  try {
    return await narrow(openParquet(bytesSource(bytes), { direct }).scan() as TableScan<Table>).toArrow();
  } catch (error) {
    if (LarderError.isInstance(error)) return error;
    throw error;
  }
}

/**
 * Reads a sound file whole and in part, directly and by the general decoders, and expects the same to the bit, and of each part the
 * rows that the whole has there.
 *
 * @returns the whole table, or the error that reading it is both ways
 */
export async function expectSameBothWays(bytes: Uint8Array, file: string, seed = 1): Promise<Outcome> {
  const whole = await sameBothWays(bytes, (scan) => scan, file);
  if (whole instanceof Error) return whole;
  for (const { name, narrow, gives } of readingsOf(whole, seed)) {
    const what = `${file}, ${name}`;
    const found = await sameBothWays(bytes, narrow, what);
    if (found instanceof Error) throw new Error(`${what}: ${found.message}`, { cause: found });
    if (gives) expect(partDifference(whole, found, gives), what).toBeUndefined();
  }
  return whole;
}

async function sameBothWays(bytes: Uint8Array, narrow: Reading["narrow"], what: string): Promise<Outcome> {
  const general = await readWay(bytes, false, narrow);
  const direct = await readWay(bytes, true, narrow);
  if (general instanceof Error || direct instanceof Error) {
    const code = (outcome: Outcome) => (outcome instanceof Error ? `${outcome.code}: ${outcome.message}` : "a table");
    expect(code(direct), what).toBe(code(general));
    return general;
  }
  expect(tableDifference(general, direct), what).toBeUndefined();
  return direct;
}

/** Two columns, slices, samples, and look-ups by the values of the columns that can be looked up, of a table that was read. */
export function readingsOf(whole: Table, seed: number): Reading[] {
  const random = seededRandom(seed);
  const rows = whole.numRows;
  const below = (most: number) => Math.floor(random() * most);
  const names = whole.schema.names as string[];
  const range = (start: number, end: number) => Array.from({ length: end - start }, (_, i) => start + i);
  const readings: Reading[] = [];
  if (names.length > 0) {
    const two = [...new Set([names[below(names.length)]!, names[below(names.length)]!])];
    readings.push({
      name: `columns ${two}`,
      narrow: (scan) => scan.select(two),
      gives: { columns: two, rows: range(0, rows) },
    });
  }
  for (let i = 0; i < 3; i++) {
    const start = below(rows + 1);
    const end = start + below(rows - start + 1);
    readings.push({
      name: `rows ${start} to ${end}`,
      narrow: (scan) => scan.slice(start, end - start),
      gives: { rows: range(start, end) },
    });
  }
  for (const count of [3, 1 + below(rows)]) {
    readings.push({ name: `${count} rows by chance`, narrow: (scan) => scan.sample(count, { seed }) });
  }
  for (const name of lookedUp(whole).slice(0, 4)) {
    const column = whole.getChild(name)!;
    const picked = Array.from({ length: 1 + below(5) }, () => below(rows)).filter((row) => column.get(row) !== null);
    const raw = rawValues(column);
    const wanted = new Set(picked.map((row) => raw[row]));
    readings.push({
      name: `${name} in the values of rows ${picked}`,
      narrow: (scan) => scan.where(col(name).in(picked.map((row) => column.get(row) as FilterValue))),
      gives: { rows: range(0, rows).filter((row) => raw[row] !== null && wanted.has(raw[row]!)) },
    });
  }
  return readings;
}

/** Columns by whose values rows can be looked up: integers and text that is text. */
function lookedUp(table: Table): string[] {
  return table.schema.fields
    .filter(({ name, type }, i) => {
      if (table.numRows === 0 || table.getChild(name) === null) return false;
      if (type.typeId === 2) return true;
      // Bytes that are no UTF-8 are another text once they are decoded.
      return (
        type.typeId === 5 &&
        table
          .getChildAt(i)!
          .toArray()
          .every((text: unknown) => !String(text).includes("\ufffd"))
      );
    })
    .map(({ name }) => name);
}

/** Where a part is not what the whole has there. */
function partDifference(
  whole: Table,
  part: Table,
  { columns, rows }: NonNullable<Reading["gives"]>,
): string | undefined {
  const names = columns ?? (whole.schema.names as string[]);
  if (part.numRows !== rows.length) return `${part.numRows} rows instead of ${rows.length}`;
  for (const [place, name] of names.entries()) {
    const all = rawValues(whole.getChildAt(columns ? whole.schema.names.indexOf(name) : place)!);
    const found = rawValues(part.getChildAt(place)!);
    const at = rows.findIndex((row, i) => all[row] !== found[i]);
    if (at >= 0) return `${name} row ${rows[at]}: ${all[rows[at]!]} became ${found[at]}`;
  }
  return undefined;
}
