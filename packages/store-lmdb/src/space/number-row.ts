import type { Xxhash } from "@larder/core";
import { decodeRow, encodeRow, type RowKind } from "../row-format.js";

/** A row that holds 64-bit floats, and then perhaps other bytes. */
export interface NumberRow {
  readonly numbers: readonly number[];
  /** Copied. */
  readonly rest: Uint8Array;
}

const none = new Uint8Array(0);

/** The bytes of such a row. */
export function encodeNumbers(
  {
    kind,
    key,
    numbers,
    rest = none,
  }: { kind: RowKind; key: Uint8Array; numbers: readonly number[]; rest?: Uint8Array },
  xxhash: Xxhash,
): Buffer {
  const payload = Buffer.allocUnsafe(numbers.length * 8 + rest.byteLength);
  for (const [i, number] of numbers.entries()) payload.writeDoubleLE(number, i * 8);
  payload.set(rest, numbers.length * 8);
  return encodeRow({ kind, key, payload }, xxhash);
}

/** The first `count` numbers of a row, and what follows them; `undefined` when it is damaged or another. */
export function decodeNumbers(
  bytes: Uint8Array,
  { kind, key, count }: { kind: RowKind; key: Uint8Array; count: number },
  xxhash: Xxhash,
): NumberRow | undefined {
  const row = decodeRow(bytes, key, xxhash);
  if (row?.kind !== kind || row.payload.byteLength < count * 8) return undefined;
  const view = new DataView(row.payload.buffer, row.payload.byteOffset, row.payload.byteLength);
  const numbers = Array.from({ length: count }, (_, i) => view.getFloat64(i * 8, true));
  return { numbers, rest: new Uint8Array(row.payload.subarray(count * 8)) };
}
