import type { Xxhash } from "@larder/core";
import { indexKey, keyBytes, keyText } from "../entry-key.js";
import type { ByteTable, ReadableTable } from "../lmdb-environment.js";
import { decodeRow, encodeRow, rowKinds } from "../row-format.js";

/** Rows read at a time. */
const pageRows = 500;

/** Adds to a counter; one that is not there, or damaged, begins at 0. Within a transaction. */
export function addToCounterRow(counters: ByteTable, name: string, by: number, xxhash: Xxhash): void {
  const key = keyBytes(name);
  const place = indexKey(key);
  const bytes = counters.read(place);
  const number = (bytes && parseCounterRow(bytes, key, xxhash)?.number) ?? 0;
  const payload = Buffer.alloc(8);
  payload.writeDoubleLE(number + by);
  counters.write(place, encodeRow({ kind: rowKinds.counter, key, payload }, xxhash));
}

/** All counters, by name. What is damaged is left out. */
export function readCounterRows(counters: ReadableTable, xxhash: Xxhash): Readonly<Record<string, number>> {
  const found: [string, number][] = [];
  let from: Uint8Array = Buffer.of(0);
  for (;;) {
    const rows = counters.rowsIn({ from, limit: pageRows });
    for (const { row } of rows) {
      const counter = parseCounterRow(row, undefined, xxhash);
      if (counter !== undefined) found.push([counter.name, counter.number]);
    }
    if (rows.length < pageRows) return Object.fromEntries(found);
    from = Buffer.concat([rows.at(-1)!.key, Buffer.of(0)]);
  }
}

function parseCounterRow(
  bytes: Uint8Array,
  key: Uint8Array | undefined,
  xxhash: Xxhash,
): { readonly name: string; readonly number: number } | undefined {
  const row = decodeRow(bytes, key, xxhash);
  if (row?.kind !== rowKinds.counter || row.payload.byteLength !== 8) return undefined;
  const { buffer, byteOffset } = row.payload;
  return { name: keyText(row.key), number: new DataView(buffer, byteOffset, 8).getFloat64(0, true) };
}
