import { closeSync, fstatSync, openSync } from "node:fs";
import type { Xxhash } from "@larder/core";
import type { LmdbEnvironment } from "../lmdb-environment.js";
import { readBeginning } from "./journal-records.js";

/** How much of a journal belongs to committed transactions: kept in the index, and changed by those transactions. */
export interface JournalLength {
  /** Id of the file, from its first record: written anew, a journal is another file. */
  readonly journalId: Uint8Array;
  readonly bytes: number;
}

const place = Buffer.from("journal");
const idBytes = 8;

/** What the index says; `undefined`: nothing, or it is damaged. */
export function readJournalLength({ identity }: LmdbEnvironment, xxhash: Xxhash): JournalLength | undefined {
  const row = identity.read(place);
  if (row?.byteLength !== idBytes + 16) return undefined;
  const copy = Buffer.from(row);
  const sound = xxhash.hash64(copy.subarray(0, idBytes + 8)) === copy.readBigUInt64LE(idBytes + 8);
  return sound ? { journalId: copy.subarray(0, idBytes), bytes: copy.readDoubleLE(idBytes) } : undefined;
}

/** Within the transaction that makes it so. */
export function writeJournalLength(
  { identity }: LmdbEnvironment,
  { journalId, bytes }: JournalLength,
  xxhash: Xxhash,
): void {
  const row = Buffer.alloc(idBytes + 16);
  row.set(journalId);
  row.writeDoubleLE(bytes, idBytes);
  row.writeBigUInt64LE(xxhash.hash64(row.subarray(0, idBytes + 8)), idBytes + 8);
  identity.write(place, row);
}

/**
 * Where the committed part of an open journal ends. What is behind it belongs to a transaction that is under way, or was
 * undone, and may be cut off. Where the index says nothing of this file, all of it counts, and nobody cuts it.
 */
export function committedEnd(file: number, environment: LmdbEnvironment, xxhash: Xxhash): number {
  const { size } = fstatSync(file);
  const known = readJournalLength(environment, xxhash);
  const beginning = known && readBeginning(file, size, xxhash);
  return beginning?.journalId.equals(known!.journalId) ? Math.min(size, known!.bytes) : size;
}

/** What the file of a journal says of itself; `undefined`: it is not there, or damaged at its beginning. */
export function describeJournal(
  path: string,
  xxhash: Xxhash,
): (JournalLength & { readonly indexId: Uint8Array }) | undefined {
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return undefined;
    throw error;
  }
  try {
    const { size } = fstatSync(file);
    const beginning = readBeginning(file, size, xxhash);
    return beginning && { ...beginning, bytes: size };
  } finally {
    closeSync(file);
  }
}
