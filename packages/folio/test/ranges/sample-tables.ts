import { type Table, tableFromArrays } from "apache-arrow";
import type { FolioStore } from "../../src/cached/folio-store.js";

/** A table whose every value tells which one it is. */
export function sampleTable(rows: number, seed: number): Table {
  const at = Array.from({ length: rows }, (_, i) => i);
  return tableFromArrays({
    id: Float64Array.from(at, (i) => i * 7 + seed),
    price: Float64Array.from(at, (i) => Math.sin(i * seed) * 1e6),
    amount: Int32Array.from(at, (i) => (i * 7919 + seed) % 1_000_003),
    volume: Float64Array.from(at, (i) => Math.cos(i + seed)),
    day: Int32Array.from(at, (i) => Math.floor(i / 1000)),
    shop: at.map((i) => `shop-${(i * 31 + seed) % 97}`),
    note: at.map((i) => `note ${i} of ${seed}`),
  });
}

export async function sampleBytes(store: FolioStore, rows: number, seed: number): Promise<Uint8Array> {
  return (await store.encodeTable(sampleTable(rows, seed))).bytes;
}

/** Where a table differs from another in some columns; `undefined` when it does not. Quicker than comparing lists of values. */
export function difference(table: unknown, expected: Table, columns: readonly string[]): string | undefined {
  const found = table as Table;
  if (found.numRows !== expected.numRows) return `${found.numRows} rows instead of ${expected.numRows}`;
  for (const name of columns) {
    const [values, others] = [valuesOf(found, name), valuesOf(expected, name)];
    const at = values.findIndex((value, i) => !Object.is(value, others[i]));
    if (at !== -1) return `${name} of row ${at} is ${String(values[at])} instead of ${String(others[at])}`;
  }
  return undefined;
}

/** The values of a column. */
export function valuesOf(table: unknown, column: string): unknown[] {
  return [...(table as Table).getChild(column)!];
}
