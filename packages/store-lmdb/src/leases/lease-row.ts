import type { JsonObject, Xxhash } from "@larder/core";
import { indexKey, keyBytes } from "../entry-key.js";
import type { ByteTable, ReadableTable } from "../lmdb-environment.js";
import { decodeRow, encodeRow, readHead, rowKinds } from "../row-format.js";

/** A moment by both clocks, in milliseconds: since 1970, and since the machine was booted. */
export interface Moment {
  readonly now: number;
  readonly monotonic: number;
}

/** What the index knows of a lease. */
export interface LeaseRow {
  readonly token: string;
  /** `currentOwner` of the thread that acquired it. */
  readonly owner: string;
  /** When it was acquired or renewed; of a released one, when that was. */
  readonly since: Moment;
  readonly expiresAfterMs?: number;
  readonly released?: true;
  readonly outcome?: JsonObject;
}

/** The place of a lease in the table `leases`. */
export function leasePlace(name: string): Buffer {
  return indexKey(keyBytes(name));
}

/** The row of a lease; `undefined` when there is none, or it is damaged. */
export function readLeaseRow(leases: ReadableTable, name: string, xxhash: Xxhash): LeaseRow | undefined {
  const key = keyBytes(name);
  const bytes = leases.read(indexKey(key));
  return bytes && parseLeaseRow(bytes, key, xxhash);
}

/** Writes the row of a lease. Within a transaction. */
export function writeLeaseRow(leases: ByteTable, name: string, row: LeaseRow, xxhash: Xxhash): void {
  const key = keyBytes(name);
  const head = Buffer.from(JSON.stringify(row));
  leases.write(indexKey(key), encodeRow({ kind: rowKinds.lease, key, head }, xxhash));
}

/**
 * The content of a lease's row, or `undefined` when it is damaged.
 *
 * @param key - `keyBytes` of its name; absent: whichever it is
 */
export function parseLeaseRow(bytes: Uint8Array, key: Uint8Array | undefined, xxhash: Xxhash): LeaseRow | undefined {
  const row = decodeRow(bytes, key, xxhash);
  const head = row?.kind === rowKinds.lease ? (readHead(row) as LeaseRow | undefined) : undefined;
  const sound =
    typeof head?.token === "string" &&
    typeof head.owner === "string" &&
    typeof head.since?.now === "number" &&
    typeof head.since.monotonic === "number";
  return sound ? head : undefined;
}
