import { closeSync, fstatSync, openSync, statSync } from "node:fs";
import { readIndexId } from "../index-identity.js";
import { journalPath } from "../journal/journal.js";
import { committedEnd } from "../journal/journal-length.js";
import { journalKinds, journalRecords } from "../journal/journal-records.js";
import { compactJournal, placeOf } from "../journal/rewrite-journal.js";
import type { ReadableTable } from "../lmdb-environment.js";
import type { OpenStore } from "../open-store.js";
import { decodeRecord, encodeRecord } from "../record-format.js";
import { decodeRow, rowKinds } from "../row-format.js";
import type { StoreContext } from "../store-context.js";
import { systemCode } from "../store-error.js";
import { type Finding, problem } from "./check-problem.js";
import { eachRow } from "./each-row.js";

/** By place: a hash of what is said of an entry whose bytes are in a file. */
type Said = Map<string, bigint>;

/** Looks whether the journal says what the index does. */
export async function checkJournal(store: OpenStore, findings: Finding[]): Promise<void> {
  for (;;) {
    const wrong = await wrongEntries(store);
    if (wrong === "again") continue;
    if (wrong > 0) {
      const reason = `of ${wrong} entries it does not say what the index does`;
      // Written anew as a whole, by `renewJournal`.
      findings.push({ problem: problem("wrong-journal", "journal/files.log", reason), repair: () => false });
    }
    return;
  }
}

/** Makes the journal say what the index does, while others write. */
export async function renewJournal(store: OpenStore): Promise<void> {
  store.environment.refresh();
  const id = readIndexId(store.environment, store.xxhash);
  if (id !== undefined) await compactJournal(store, id, { ofAll: true });
}

/** `again`: someone has written it anew meanwhile. */
async function wrongEntries(store: OpenStore): Promise<number | "again"> {
  const path = journalPath(store.root);
  let file: number;
  try {
    file = openSync(path, "r");
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    return 1;
  }
  try {
    const { ino } = fstatSync(file);
    store.environment.refresh();
    const end = committedEnd(file, store.environment, store.xxhash);
    const inIndex = await saidByIndex(store);
    const inJournal: Said = new Map();
    let count = 0;
    for (const record of journalRecords(file, { start: 0, end }, store.xxhash)) {
      note(inJournal, record, store);
      if (++count % 1000 === 0) await new Promise((resolve) => setImmediate(resolve));
    }
    const suspects = [...new Set([...inIndex.keys(), ...inJournal.keys()])].filter(
      (place) => inIndex.get(place) !== inJournal.get(place),
    );
    if (suspects.length === 0) return 0;
    // What was written since is looked at with the lock of writers held.
    return await store.transact(() => {
      if (statSync(path, { throwIfNoEntry: false })?.ino !== ino) return "again";
      const tail = { start: end, end: committedEnd(file, store.environment, store.xxhash) };
      for (const record of journalRecords(file, tail, store.xxhash)) note(inJournal, record, store);
      const { entries } = store.environment;
      const isWrong = (place: string) => saidAt(entries, Buffer.from(place, "latin1"), store) !== inJournal.get(place);
      return suspects.filter(isWrong).length;
    });
  } finally {
    closeSync(file);
  }
}

async function saidByIndex(store: OpenStore): Promise<Said> {
  const said: Said = new Map();
  const snapshot = store.environment.snapshot();
  try {
    await eachRow(snapshot.entries, (place, bytes) => {
      const hash = bytes[1] === rowKinds.file ? hashOf(bytes, store) : undefined;
      if (hash !== undefined) said.set(Buffer.from(place).toString("latin1"), hash);
    });
  } finally {
    snapshot.release();
  }
  return said;
}

function saidAt(entries: ReadableTable, place: Uint8Array, context: StoreContext): bigint | undefined {
  const bytes = entries.read(place);
  return bytes?.[1] === rowKinds.file ? hashOf(bytes, context) : undefined;
}

function note(said: Said, record: Parameters<typeof placeOf>[0], context: StoreContext): void {
  if (record.kind === journalKinds.cleared) said.clear();
  const place = placeOf(record, context)?.toString("latin1");
  if (place === undefined) return;
  const hash = record.kind === journalKinds.stored ? hashOf(record.payload, context) : undefined;
  if (hash === undefined) said.delete(place);
  else said.set(place, hash);
}

function hashOf(bytes: Uint8Array, { xxhash }: StoreContext): bigint | undefined {
  const row = decodeRow(bytes, undefined, xxhash);
  const record = row && decodeRecord(row.head);
  // One record may be written in several ways.
  return record && xxhash.hash64(Buffer.concat([row.key, encodeRecord(record), row.payload]));
}
