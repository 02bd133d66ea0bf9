import type { BlobRecord } from "@larder/core";
import type { KnownEntry } from "../entry-changes.js";
import type { StoreContext } from "../store-context.js";

/** When the blob of a record may be forgotten, in milliseconds since 1970; `undefined`: never. */
export function forgetAt(record: BlobRecord | undefined): number | undefined {
  const { expiresAt, keepUntil } = record ?? {};
  if (typeof expiresAt !== "number" || Number.isNaN(expiresAt)) return undefined;
  return typeof keepUntil === "number" && keepUntil > expiresAt ? keepUntil : expiresAt;
}

/** Key in the table `expiry`. Times before 1970 are as good as 1970. */
export function expiryKey(time: number, sequence: number): Buffer {
  const key = Buffer.allocUnsafe(16);
  key.writeDoubleBE(Math.max(0, time), 0);
  key.writeDoubleBE(sequence, 8);
  return key;
}

/** A row of the table `expiry`: a hint, to be held against its entry. */
export interface ExpiryHint {
  readonly key: Uint8Array;
  readonly time: number;
  readonly storedSequence: number;
  readonly createdAt: number;
  readonly place: Uint8Array;
}

/** Reads a row; `undefined` when it is none. */
export function readExpiryHint({ key, row }: { key: Uint8Array; row: Uint8Array }): ExpiryHint | undefined {
  if (key.byteLength !== 16 || row.byteLength < 9) return undefined;
  const inKey = new DataView(key.buffer, key.byteOffset, 16);
  const inRow = new DataView(row.buffer, row.byteOffset, 8);
  return {
    key,
    time: inKey.getFloat64(0),
    storedSequence: inKey.getFloat64(8),
    createdAt: inRow.getFloat64(0, true),
    place: new Uint8Array(row.subarray(8)),
  };
}

/** The earliest time in the table, or an earlier one; `Infinity`: it is empty. Read once in a transaction. */
export function firstExpiry({ environment, space }: StoreContext): number {
  if (space.firstExpiry !== undefined) return space.firstExpiry;
  const [first] = environment.expiry.rowsIn({ limit: 1 });
  space.firstExpiry = first === undefined ? Number.POSITIVE_INFINITY : (readExpiryHint(first)?.time ?? 0);
  return space.firstExpiry;
}

/** An entry was stored. Within a transaction. */
export function expiryWritten(
  { environment, space }: StoreContext,
  { place, record, storedSequence }: KnownEntry,
): void {
  const time = forgetAt(record);
  if (time === undefined) return;
  const row = Buffer.allocUnsafe(8 + place.byteLength);
  row.writeDoubleLE(Number(record!.createdAt), 0);
  row.set(place, 8);
  environment.expiry.write(expiryKey(time, storedSequence), row);
  if (space.firstExpiry !== undefined) space.firstExpiry = Math.min(space.firstExpiry, Math.max(0, time));
}

/** An entry goes, or is replaced. Within a transaction. */
export function expiryRemoved({ environment }: StoreContext, { record, storedSequence }: KnownEntry): void {
  const time = forgetAt(record);
  if (time !== undefined) environment.expiry.remove(expiryKey(time, storedSequence));
}
