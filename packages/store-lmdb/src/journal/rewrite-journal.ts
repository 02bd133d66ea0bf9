import { randomBytes } from "node:crypto";
import { closeSync, fstatSync, fsyncSync, openSync, renameSync, rmSync, statSync, writeSync } from "node:fs";
import { dirname, join } from "node:path";
import { indexKey } from "../entry-key.js";
import { ownedFileName } from "../owned-file-name.js";
import { decodeRow, rowKinds } from "../row-format.js";
import type { StoreContext } from "../store-context.js";
import { syncDirectory } from "../sync-blob.js";
import { journalPath } from "./journal.js";
import { committedEnd, writeJournalLength } from "./journal-length.js";
import {
  encodeBeginning,
  encodeJournalRecord,
  type JournalRecord,
  journalKinds,
  journalRecords,
} from "./journal-records.js";

/** Entries looked up, or records written, between two turns of the event loop. */
const stepLimit = 500;

/** How {@link compactJournal} goes about it. */
export interface CompactOptions {
  /** Asked now and then; once it says so, everything stays as it was. */
  readonly isStopped?: () => boolean;
  /** Every entry of the index, also those that the journal does not know. The order of storing is lost. Default `false`. */
  readonly ofAll?: boolean;
}

/**
 * Writes the journal anew, without its history: what the index says of every entry that the journal knows. Most of it
 * is written while others go on writing; the lock of writers is held for what they appended meanwhile. A journal that
 * someone else has written anew meanwhile is left alone.
 *
 * @returns whether it was written anew
 */
export async function compactJournal(
  context: StoreContext,
  indexId: Uint8Array,
  { isStopped = () => false, ofAll = false }: CompactOptions = {},
): Promise<boolean> {
  const path = journalPath(context.root);
  const from = openSync(path, "r");
  try {
    const inode = fstatSync(from).ino;
    context.environment.refresh();
    const end = committedEnd(from, context.environment, context.xxhash);
    const known = await knownPlaces(context, from, end);
    return await replaceJournal(context, indexId, {
      places: whileNot(isStopped, ofAll ? allPlaces(context) : known.values()),
      finish(write) {
        if (isStopped() || statSync(path, { throwIfNoEntry: false })?.ino !== inode) return false;
        const tail = { start: end, end: committedEnd(from, context.environment, context.xxhash) };
        const changed = new Map<string, Buffer>();
        for (const record of journalRecords(from, tail, context.xxhash)) {
          if (record.kind === journalKinds.cleared) {
            changed.clear();
            write(encodeJournalRecord(journalKinds.cleared, record.payload, context.xxhash));
          }
          const place = placeOf(record, context);
          if (place !== undefined) changed.set(place.toString("latin1"), place);
        }
        for (const place of changed.values()) {
          write(currentRecord(context, place) ?? encodeJournalRecord(journalKinds.deleted, place, context.xxhash));
        }
        return true;
      },
    });
  } finally {
    closeSync(from);
  }
}

/**
 * Makes a journal from the index alone, for an index whose journal is lost, damaged, or that of another. Nobody may write
 * meanwhile, unless `finish` knows what they wrote.
 */
export async function remakeJournal(context: StoreContext, indexId: Uint8Array): Promise<void> {
  await replaceJournal(context, indexId, { places: allPlaces(context), finish: () => true });
}

function* whileNot<Value>(isStopped: () => boolean, values: Iterable<Value>): Generator<Value> {
  for (const value of values) {
    if (isStopped()) return;
    yield value;
  }
}

function* allPlaces({ environment }: StoreContext): Generator<Buffer> {
  let from: Uint8Array = Buffer.of(0);
  for (;;) {
    environment.refresh();
    const places = environment.entries.keysFrom(from, stepLimit);
    for (const place of places) yield Buffer.from(place);
    if (places.length < stepLimit) return;
    from = Buffer.concat([places.at(-1)!, Buffer.of(0)]);
  }
}

interface Replacement {
  /** The entries to write, looked up in the index. */
  readonly places: Iterable<Buffer>;
  /** Runs under the lock of writers, before the new journal takes the place of the old. `false`: it must not. */
  finish(write: (record: Buffer) => void): boolean;
}

async function replaceJournal(
  context: StoreContext,
  indexId: Uint8Array,
  { places, finish }: Replacement,
): Promise<boolean> {
  const path = journalPath(context.root);
  const temporary = join(context.root, "tmp", ownedFileName(".journal"));
  const to = openSync(temporary, "wx", 0o600);
  let length = 0;
  let pending: Buffer[] = [];
  const flush = () => {
    const bytes = Buffer.concat(pending);
    pending = [];
    for (let at = 0; at < bytes.byteLength; ) at += writeSync(to, bytes, at, bytes.byteLength - at, length + at);
    length += bytes.byteLength;
  };
  const write = (record: Buffer) => void pending.push(record);
  const journalId = randomBytes(8);
  const beginning = (begunBytes: number) => encodeBeginning({ indexId, journalId, begunBytes }, context.xxhash);
  try {
    // Its length stands in it: written once that is known.
    write(beginning(0));
    let count = 0;
    for (const place of places) {
      context.environment.refresh();
      const record = currentRecord(context, place);
      if (record !== undefined) write(record);
      if (++count % stepLimit > 0) continue;
      flush();
      await new Promise((resolve) => setImmediate(resolve));
    }
    flush();
    writeSync(to, beginning(length), 0, undefined, 0);
    fsyncSync(to);
    const replaced = await context.transact(() => {
      if (!finish(write)) return false;
      flush();
      fsyncSync(to);
      writeJournalLength(context.environment, { journalId, bytes: length }, context.xxhash);
      renameSync(temporary, path);
      return true;
    });
    if (replaced) await syncDirectory(dirname(path));
    return replaced;
  } finally {
    closeSync(to);
    rmSync(temporary, { force: true });
  }
}

/** The entries that the records before `end` leave, in the order of their last storing. */
async function knownPlaces(context: StoreContext, file: number, end: number): Promise<Map<string, Buffer>> {
  const places = new Map<string, Buffer>();
  let count = 0;
  for (const record of journalRecords(file, { start: 0, end }, context.xxhash)) {
    if (record.kind === journalKinds.cleared) places.clear();
    const place = placeOf(record, context);
    if (place !== undefined) {
      const id = place.toString("latin1");
      // Taken out first: a map keeps the order in which its keys first came.
      places.delete(id);
      if (record.kind === journalKinds.stored) places.set(id, place);
    }
    if (++count % stepLimit === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return places;
}

/** The place in the index that a record concerns, copied. */
export function placeOf({ kind, payload }: JournalRecord, { xxhash }: StoreContext): Buffer | undefined {
  if (kind === journalKinds.deleted) return Buffer.from(payload);
  if (kind !== journalKinds.stored) return undefined;
  const row = decodeRow(payload, undefined, xxhash);
  return row && indexKey(row.key);
}

/** What is to be said of an entry now; `undefined`: it is not there, its bytes are in no file, or it is damaged. */
function currentRecord({ environment, xxhash }: StoreContext, place: Uint8Array): Buffer | undefined {
  const bytes = environment.entries.read(place);
  const row = bytes && decodeRow(bytes, undefined, xxhash);
  return row?.kind === rowKinds.file && indexKey(row.key).equals(place)
    ? encodeJournalRecord(journalKinds.stored, new Uint8Array(bytes!), xxhash)
    : undefined;
}
