import {
  closeSync,
  constants,
  fdatasyncSync,
  fstatSync,
  ftruncateSync,
  mkdirSync,
  openSync,
  statSync,
  writeSync,
} from "node:fs";
import { dirname, join } from "node:path";
import { LarderError, type Xxhash } from "@larder/core";
import { encodeReference } from "../blob-address.js";
import type { SoundEntry } from "../entry-changes.js";
import type { LmdbEnvironment } from "../lmdb-environment.js";
import { encodeRecord } from "../record-format.js";
import { encodeRow, rowKinds } from "../row-format.js";
import type { StoreContext, TransactionPart } from "../store-context.js";
import { readJournalLength, writeJournalLength } from "./journal-length.js";
import { encodeJournalRecord, type JournalBeginning, journalKinds, readBeginning } from "./journal-records.js";

/** What changes tell the journal, within their transaction. */
export interface JournalNotes {
  /** An entry whose bytes are in a file was written. */
  stored(entry: SoundEntry): void;
  /** The entry at a place was removed, or its bytes are no longer in a file. */
  deleted(place: Uint8Array): void;
  /** All entries were removed. */
  cleared(): void;
}

/**
 * The open journal of a directory: every change of an entry whose bytes are in a file, in the order of the transactions.
 * Appended to as the last step before each commit, so under the lock of writers.
 *
 * What was appended may still not be committed, when the commit fails or the process is killed at that moment. The index
 * says how much of the journal is: what is behind that is cut off by whoever appends next, by this process after a failed
 * commit, and on opening. Only when the index is lost before that does such a write come back as if it had succeeded, and is
 * what such a deletion meant a miss.
 */
export interface Journal extends JournalNotes, TransactionPart {
  readonly path: string;
  /** From now on what is appended is on disk before its transaction is committed. */
  requireSync(): void;
  /** Whether it has grown so much since it was last written anew that this is due. */
  isLong(): boolean;
  close(): void;
}

/** Path of the journal. */
export function journalPath(root: string): string {
  return join(root, "journal", "files.log");
}

const creation = constants.O_RDWR | constants.O_APPEND | constants.O_CREAT | (constants.O_NOFOLLOW ?? 0);

/** Shorter ones are never written anew. */
const shortBytes = 4 * 1024 * 1024;

/**
 * Opens the journal of an index, which was made before.
 *
 * @param indexId - of the index that is open: to another's journal nothing is appended
 * @throws LarderError `backend-failed` from `beforeCommit`, when the journal is by now that of another index
 */
export function openJournal({ environment, root, xxhash }: JournalContext, indexId: Uint8Array): Journal {
  const path = journalPath(root);
  let noted: Buffer[] = [];
  let isInDoubt = false;
  let synced = false;
  let opened = openFile(path, indexId, xxhash);

  /** Someone may have written it anew since, under the lock of writers that is held now. */
  function current(): typeof opened {
    if (statSync(path, { throwIfNoEntry: false })?.ino === opened.inode) return opened;
    const newest = openFile(path, indexId, xxhash);
    closeSync(opened.file);
    opened = newest;
    return opened;
  }

  return {
    path,
    begin() {
      noted = [];
    },
    stored({ name, record, reference }) {
      const payload = encodeReference(reference!);
      const row = encodeRow({ kind: rowKinds.file, key: name, head: encodeRecord(record), payload }, xxhash);
      noted.push(encodeJournalRecord(journalKinds.stored, row, xxhash));
    },
    deleted(place) {
      noted.push(encodeJournalRecord(journalKinds.deleted, place, xxhash));
    },
    cleared() {
      noted.push(encodeJournalRecord(journalKinds.cleared, new Uint8Array(0), xxhash));
    },
    beforeCommit() {
      if (noted.length === 0 && !isInDoubt) return;
      const now = current();
      cutUncommitted(now, environment, xxhash);
      if (noted.length === 0) return;
      isInDoubt = true;
      now.sizeBytes = append(now.file, noted.length === 1 ? noted[0]! : Buffer.concat(noted), synced);
      writeJournalLength(environment, { journalId: now.journalId, bytes: now.sizeBytes }, xxhash);
    },
    ended(committed) {
      noted = [];
      if (committed) isInDoubt = false;
    },
    requireSync() {
      synced = true;
    },
    isLong: () => opened.sizeBytes > Math.max(shortBytes, 2 * opened.begunBytes),
    close: () => closeSync(opened.file),
  };
}

/** Makes nothing of what happens: while the index is filled from the journal. */
export const noJournal: JournalNotes = { stored: () => {}, deleted: () => {}, cleared: () => {} };

type JournalContext = Pick<StoreContext, "environment" | "root" | "xxhash">;

interface OpenedJournal extends JournalBeginning {
  readonly file: number;
  readonly inode: number;
  sizeBytes: number;
}

/** Cuts off what was appended for a transaction that was undone. Within a transaction, so that none other is under way. */
function cutUncommitted(
  { file, journalId }: Pick<OpenedJournal, "file" | "journalId">,
  environment: LmdbEnvironment,
  xxhash: Xxhash,
): void {
  const committed = readJournalLength(environment, xxhash);
  if (committed === undefined || !journalId.equals(committed.journalId)) return;
  if (fstatSync(file).size > committed.bytes) ftruncateSync(file, committed.bytes);
}

function openFile(path: string, indexId: Uint8Array, xxhash: Xxhash): OpenedJournal {
  mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
  const file = openSync(path, creation, 0o600);
  try {
    const { ino: inode, size } = fstatSync(file);
    const beginning = readBeginning(file, size, xxhash);
    if (beginning === undefined || !beginning.indexId.equals(indexId)) {
      throw new LarderError(`The journal ${path} is not that of the index which is open. Try again.`, {
        code: "backend-failed",
        facts: { path },
      });
    }
    return { ...beginning, file, inode, sizeBytes: size };
  } catch (error) {
    closeSync(file);
    throw error;
  }
}

/** Appends whole or not at all, as far as the file system lets it. Returns the new length. */
function append(file: number, bytes: Buffer, sync: boolean): number {
  const before = fstatSync(file).size;
  try {
    for (let at = 0; at < bytes.byteLength; ) at += writeSync(file, bytes, at);
    if (sync) fdatasyncSync(file);
  } catch (error) {
    try {
      ftruncateSync(file, before);
    } catch {
      // What is left is a record cut off, which readers pass over.
    }
    throw error;
  }
  return before + bytes.byteLength;
}
