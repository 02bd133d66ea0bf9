import { closeSync, fstatSync, openSync, statSync } from "node:fs";
import { join } from "node:path";
import type { BlobRecord } from "@larder/core";
import { addressText, type BlobAddress, blobPath, decodeReference, type FileReference } from "../blob-address.js";
import { indexKey, keyText } from "../entry-key.js";
import { ownedFileName } from "../owned-file-name.js";
import { quarantineFile } from "../quarantine.js";
import { decodeRecord, encodeRecord } from "../record-format.js";
import { decodeRow, rowKinds } from "../row-format.js";
import type { StoreContext } from "../store-context.js";
import { systemCode } from "../store-error.js";
import { tryPutEntry } from "../store-operations.js";
import { type BlobFileContent, readBlobFile } from "../verify-blob-file.js";
import { fileChange } from "../write-blob.js";
import { journalPath } from "./journal.js";
import { type JournalRecord, journalKinds, journalRecords } from "./journal-records.js";
import { placeOf } from "./rewrite-journal.js";

/** What came back from the journal. */
export interface RebuildReport {
  /** Entries that the journal knew. */
  readonly known: number;
  /** Of those, the ones that are in the index now. */
  readonly restored: number;
  /** Files that were not what their names say, and went to `quarantine/`. */
  readonly damagedFiles: number;
  /** Files that are not there, or can't be read. */
  readonly missingFiles: number;
  /** Bytes of the journal that were damaged. */
  readonly damagedBytes: number;
}

/** Entries in one transaction. */
const batchLimit = 100;

/**
 * Puts into the index every entry that the journal knows, the index does not, and whose file is sound: with key and record,
 * as if it were stored now, in the order in which they were. Can be run again when it was cut off. Nobody else may have the
 * index open.
 *
 * @param onProgress - called after each piece of a file, with the number of entries done
 */
export async function rebuildIndex(
  context: StoreContext,
  onProgress: (done: number, known: number) => void,
): Promise<RebuildReport> {
  const isFree = (place: Uint8Array) => context.environment.entries.read(place) === undefined;
  return restoreEntries(context, { isWanted: () => true, isFree, onProgress });
}

/** Which entries {@link restoreEntries} brings back. */
export interface RestoreOptions {
  isWanted(place: Buffer): boolean;
  /** Whether nothing stands at a place that must stay. Within a transaction. */
  isFree(place: Uint8Array): boolean;
  readonly onProgress?: (done: number, known: number) => void;
}

/** Brings entries back from the journal, where their files are sound. */
export async function restoreEntries(
  context: StoreContext,
  { isWanted, isFree, onProgress = () => {} }: RestoreOptions,
): Promise<RebuildReport> {
  let journal: number;
  try {
    journal = openSync(journalPath(context.root), "r");
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    return { known: 0, restored: 0, damagedFiles: 0, missingFiles: 0, damagedBytes: 0 };
  }
  try {
    const { living, damagedBytes } = await livingRecords(context, journal, isWanted);
    let done = 0;
    const files = filesOf(context, () => onProgress(done, living.length));
    let restored = 0;
    let batch: Restored[] = [];
    const store = async () => {
      const now = batch;
      batch = [];
      await context.transact(() => {
        for (const one of now) restore(context, one, isFree);
      });
      restored += now.length;
    };
    for (const record of living) {
      const known = readStored(context, journal, record);
      const content = known && (await files.content(known.reference));
      if (known !== undefined && content !== undefined && content.byteLength === known.record.byteLength)
        batch.push({ ...known, content });
      done++;
      if (batch.length >= batchLimit) await store();
    }
    await store();
    return { known: living.length, restored, damagedBytes, ...files.report };
  } finally {
    closeSync(journal);
  }
}

type Stretch = Pick<JournalRecord, "start" | "end">;

/** The last record of each entry that was not deleted afterwards, in the order of the file. */
async function livingRecords(
  context: StoreContext,
  journal: number,
  isWanted: (place: Buffer) => boolean,
): Promise<{ living: Stretch[]; damagedBytes: number }> {
  const living = new Map<string, Stretch>();
  let damagedBytes = 0;
  const stretch = { start: 0, end: fstatSync(journal).size, onDamage: (bytes: number) => (damagedBytes += bytes) };
  let count = 0;
  for (const record of journalRecords(journal, stretch, context.xxhash)) {
    if (record.kind === journalKinds.cleared) living.clear();
    const place = placeOf(record, context);
    if (place !== undefined && isWanted(place)) {
      const id = place.toString("latin1");
      // Taken out first: a map keeps the order in which its keys first came.
      living.delete(id);
      if (record.kind === journalKinds.stored) living.set(id, { start: record.start, end: record.end });
    }
    if (++count % 2000 === 0) await new Promise((resolve) => setImmediate(resolve));
  }
  return { living: [...living.values()], damagedBytes };
}

interface Known {
  readonly name: Uint8Array;
  readonly record: BlobRecord;
  readonly reference: FileReference;
}

interface Restored extends Known {
  readonly content: BlobFileContent;
}

function readStored({ xxhash }: StoreContext, journal: number, { start, end }: Stretch): Known | undefined {
  const [found] = journalRecords(journal, { start, end }, xxhash);
  const row = found && decodeRow(found.payload, undefined, xxhash);
  const record = row && decodeRecord(row.head);
  const reference = row?.kind === rowKinds.file ? decodeReference(row.payload) : undefined;
  if (record === undefined || reference === undefined) return undefined;
  return { name: new Uint8Array(row!.key), record, reference };
}

/** Within a transaction. */
function restore(
  context: StoreContext,
  { name, record, reference, content }: Restored,
  isFree: RestoreOptions["isFree"],
): void {
  const { root, xxhash } = context;
  if (!isFree(indexKey(name))) return;
  // Freed since it was read, where others go on writing.
  if (statSync(blobPath(root, reference), { throwIfNoEntry: false })?.size !== content.byteLength) return;
  // The file has its name already: at this path in 'tmp/' there is nothing.
  const temporary = { ...content, path: join(root, "tmp", ownedFileName(".blob")) };
  // What there is no room for stays away.
  tryPutEntry(context, fileChange(keyText(name), temporary, { record, head: encodeRecord(record) }, xxhash));
}

interface Files {
  readonly report: { damagedFiles: number; missingFiles: number };
  /** What a file holds; `undefined` when it is not sound. Each is read once. */
  content(address: BlobAddress): Promise<BlobFileContent | undefined>;
}

function filesOf({ root, xxhash }: StoreContext, onPiece: () => void): Files {
  const known = new Map<string, BlobFileContent | undefined>();
  const report = { damagedFiles: 0, missingFiles: 0 };

  async function read(address: BlobAddress): Promise<BlobFileContent | undefined> {
    const path = blobPath(root, address);
    try {
      const content = await readBlobFile(path, xxhash, onPiece);
      if (content?.digest === address.digest) return content;
    } catch (error) {
      if (!unreadable.has(systemCode(error) ?? "")) throw error;
      report.missingFiles++;
      return undefined;
    }
    quarantineFile(root, path, address.digest);
    report.damagedFiles++;
    return undefined;
  }

  return {
    report,
    async content(address) {
      const id = addressText(address);
      if (!known.has(id)) known.set(id, await read(address));
      return known.get(id);
    },
  };
}

/** What makes one file a miss. Others, such as too many open files, say nothing of it: the rebuilding is tried again later. */
const unreadable: ReadonlySet<string> = new Set(["ENOENT", "ENOTDIR", "ELOOP", "EIO", "EACCES", "EISDIR"]);
