import type { Xxhash } from "@larder/core";
import { addressOfKey } from "../blob-address.js";
import { parseBlobRow } from "../blob-rows.js";
import type { LmdbEnvironment, ReadableTable } from "../lmdb-environment.js";
import { rowKinds, storedSequence } from "../row-format.js";
import type { TransactionPart } from "../store-context.js";
import { accountedFileBytes, accountedRowBytes } from "./accounted-bytes.js";
import { decodeNumbers, encodeNumbers } from "./number-row.js";
import { reservedBytesIn } from "./reservation-rows.js";

/** What is taken, as accounted. */
export interface SpaceTotals {
  entries: number;
  /** Those whose bytes are in the index. */
  inlineEntries: number;
  /** Entries in the index. */
  rowBytes: number;
  /** Files that have a row, also those about to be freed. */
  fileBytes: number;
  /** Reservations. */
  reservedBytes: number;
  /** Sequence of the next write or read that is noted. */
  nextSequence: number;
  /** Highest rank evicted by `cost-aware` so far. */
  age: number;
}

/** The account of an index: one row, read once and written once in each transaction that changes what is counted. */
export interface SpaceAccount extends TransactionPart {
  /** The totals as they are within the transaction. Change them only by the methods. */
  totals(): Readonly<SpaceTotals>;
  add(change: Partial<SpaceTotals>): void;
  /** A number that no write or read had before. */
  takeSequence(): number;
  /** Has everything counted anew before the commit: what was changed can't be told from the rows. */
  distrust(): void;
}

const names = ["entries", "inlineEntries", "rowBytes", "fileBytes", "reservedBytes", "nextSequence", "age"] as const;

/** Key of the account in the table `space`. */
export const accountKey = Buffer.of(1);

const shape = { kind: rowKinds.account, key: accountKey, count: names.length } as const;

/** The account of an index. */
export function spaceAccount(environment: LmdbEnvironment, xxhash: Xxhash): SpaceAccount {
  let current: SpaceTotals | undefined;
  let changed = false;
  let isDoubtful = false;
  const load = () => {
    if (current !== undefined) return current;
    const stored = readSpaceTotals(environment.space, xxhash);
    // Damaged, or never written: counted anew, so that it is exact from here on.
    changed = stored === undefined;
    current = stored ?? recountSpace(environment, xxhash);
    return current;
  };
  return {
    begin() {
      current = undefined;
      changed = false;
      isDoubtful = false;
    },
    totals: load,
    add(change) {
      const totals = load();
      for (const name of names) totals[name] += change[name] ?? 0;
      changed = true;
    },
    takeSequence() {
      changed = true;
      return load().nextSequence++;
    },
    distrust() {
      isDoubtful = true;
    },
    beforeCommit() {
      if (isDoubtful) {
        const { age, nextSequence } = load();
        current = { ...recountSpace(environment, xxhash), age, nextSequence };
        changed = true;
      }
      if (!changed || current === undefined) return;
      const totals = current;
      const numbers = names.map((name) => totals[name]);
      environment.space.write(accountKey, encodeNumbers({ ...shape, numbers }, xxhash));
    },
    ended() {
      current = undefined;
    },
  };
}

/** The account as it stands; `undefined` when there is none, or it is damaged. */
export function readSpaceTotals(space: ReadableTable, xxhash: Xxhash): SpaceTotals | undefined {
  const bytes = space.read(accountKey);
  const row = bytes && decodeNumbers(bytes, shape, xxhash);
  if (row === undefined) return undefined;
  return Object.fromEntries(names.map((name, i) => [name, row.numbers[i]!])) as unknown as SpaceTotals;
}

/** Rows read at a time. */
const pageRows = 500;

/** The tables that are counted. */
export interface CountedTables {
  readonly entries: ReadableTable;
  readonly blobs: ReadableTable;
  readonly space: ReadableTable;
}

/** Counts everything anew: what the account must be. Reads the whole index; within a transaction, or on a snapshot. */
export function recountSpace({ entries, blobs, space }: CountedTables, xxhash: Xxhash): SpaceTotals {
  const totals: SpaceTotals = {
    entries: 0,
    inlineEntries: 0,
    rowBytes: 0,
    fileBytes: 0,
    reservedBytes: reservedBytesIn(space, xxhash),
    nextSequence: 1,
    age: readSpaceTotals(space, xxhash)?.age ?? 0,
  };
  eachRow(entries, (place, row) => {
    totals.entries++;
    if (row[1] !== rowKinds.file) totals.inlineEntries++;
    totals.rowBytes += accountedRowBytes(place.byteLength, row.byteLength);
    totals.nextSequence = Math.max(totals.nextSequence, storedSequence(row) + 1);
  });
  eachRow(blobs, (key, row) => {
    if (addressOfKey(key) === undefined) return;
    totals.fileBytes += accountedFileBytes(parseBlobRow(row, key, xxhash)?.byteLength ?? 0);
  });
  const known = readSpaceTotals(space, xxhash)?.nextSequence ?? 0;
  totals.nextSequence = Math.max(totals.nextSequence, known);
  return totals;
}

function eachRow(table: ReadableTable, visit: (key: Uint8Array, row: Uint8Array) => void): void {
  let from: Uint8Array = Buffer.of(0);
  for (;;) {
    const keys = table.keysIn({ from, limit: pageRows });
    for (const key of keys) {
      const row = table.read(key);
      if (row !== undefined) visit(key, row);
    }
    if (keys.length < pageRows) return;
    from = Buffer.concat([keys.at(-1)!, Buffer.of(0)]);
  }
}

/** Bytes of rows and files. */
export function takenBytes({ rowBytes, fileBytes }: Readonly<SpaceTotals>): number {
  return rowBytes + fileBytes;
}
