import { join } from "node:path";
import { addressText, type FileReference } from "../blob-address.js";
import { indexKey, keyBytes } from "../entry-key.js";
import { ownedFileName } from "../owned-file-name.js";
import { encodeRow, type RowKind } from "../row-format.js";
import { missingBytes } from "../space/evict.js";
import { RoomNeededError } from "../space/room-needed-error.js";
import type { StoreContext } from "../store-context.js";
import { type EntryChange, growthOf, knownEntryAt, putEntry, referenceOf, removeEntry } from "../store-operations.js";
import type { TemporaryBlob } from "../temporary-blob.js";
import { fileChange, inlineChange, type RecordToStore } from "../write-blob.js";
import type { PendingChange } from "./pending-change.js";
import { readRowNow } from "./read-now.js";
import { writeFileNow } from "./write-now.js";

/** A file that a transaction has written, or is about to. */
export interface WrittenFile {
  /** In `tmp/`. */
  readonly path: string;
  /** What it is named by, unless the transaction is undone. */
  readonly reference: FileReference;
}

/** How changes are applied. */
export interface ApplyOptions {
  /** Whether files are on disk when they are named. */
  readonly sync: boolean;
  /** Told of each file before it is written. */
  onFile(file: WrittenFile): void;
}

/**
 * Makes the changes of a transaction, within the write transaction of the index.
 *
 * @returns an error, having changed nothing, when there is no room for them: see `runWithRoom`
 */
export function applyChanges(
  context: StoreContext,
  changes: ReadonlyMap<string, PendingChange>,
  options: ApplyOptions,
): RoomNeededError | undefined {
  const writes: Write[] = [];
  const deleted: Uint8Array[] = [];
  for (const [key, change] of changes) {
    if (change.kind === "delete") deleted.push(indexKey(keyBytes(key)));
    else writes.push(writeOf(context, key, change));
  }
  const growth = growthOfAll(context, writes);
  if (growth > 0 && missingBytes(context, growth) > 0)
    return new RoomNeededError(context, growth, writes[0]!.entry.place);
  for (const place of deleted) removeEntry(context, place);
  for (const { entry, bytes } of writes) {
    const { reference, temporary } = entry;
    if (reference !== undefined && temporary !== undefined) {
      options.onFile({ path: temporary.path, reference });
      writeFileNow(temporary.path, bytes!, options.sync);
    }
    putEntry(context, entry);
  }
  return undefined;
}

interface Write {
  readonly entry: EntryChange;
  /** Of a file that is yet to be written. */
  readonly bytes?: Uint8Array;
}

function writeOf(context: StoreContext, key: string, change: Exclude<PendingChange, { kind: "delete" }>): Write {
  const { root, xxhash } = context;
  if (change.kind === "record") return { entry: recordChange(context, key, change.record) };
  const { record, bytes, file } = change;
  if (file === undefined) return { entry: inlineChange(key, bytes, record, xxhash) };
  const temporary: TemporaryBlob = { ...file, path: join(root, "tmp", ownedFileName(".blob")) };
  return { entry: fileChange(key, temporary, record, xxhash), bytes };
}

/** Another record for bytes that stay where they are. The entry was there when the body asked, within this transaction. */
function recordChange(context: StoreContext, key: string, { record, head }: RecordToStore): EntryChange {
  const { place, name, row } = readRowNow(context, key)!;
  const reference = referenceOf(row);
  const bytes = encodeRow({ kind: row.kind as RowKind, key: name, head, payload: row.payload }, context.xxhash);
  return { place, name, record, row: bytes, ...(reference === undefined ? {} : { reference }) };
}

function growthOfAll(context: StoreContext, writes: readonly Write[]): number {
  const files = new Set<string>();
  let growth = 0;
  for (const { entry } of writes) {
    const file = entry.temporary === undefined ? undefined : addressText(entry.reference!);
    const { temporary: _, ...again } = entry;
    const counted = file !== undefined && files.has(file) ? again : entry;
    if (file !== undefined) files.add(file);
    growth += growthOf(context, counted, knownEntryAt(context, entry.place));
  }
  return growth;
}
