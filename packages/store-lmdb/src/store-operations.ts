import { mkdirSync, renameSync, rmdirSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import { type BlobRecord, LarderError, type Xxhash } from "@larder/core";
import {
  addressKey,
  addressText,
  type BlobAddress,
  blobPath,
  decodeReference,
  type FileReference,
  isSameAddress,
} from "./blob-address.js";
import { readBlobRow, unknownCount, writeBlobRow } from "./blob-rows.js";
import { type KnownEntry, onEntryRemoved, onEntryWritten, type SoundEntry } from "./entry-changes.js";
import { decodeRecord } from "./record-format.js";
import { decodeRow, encodeRow, type Row, rowKinds, setStoredSequence, storedSequence } from "./row-format.js";
import { accountedFileBytes, accountedRowBytes } from "./space/accounted-bytes.js";
import { takeRoom } from "./space/evict.js";
import { RoomNeededError } from "./space/room-needed-error.js";
import type { StoreContext } from "./store-context.js";
import { systemCode } from "./store-error.js";
import type { TemporaryBlob } from "./temporary-blob.js";

export type { StoreContext } from "./store-context.js";

/** A change of one entry, within a transaction. */
export interface EntryChange {
  /** `indexKey` of the entry. */
  readonly place: Uint8Array;
  /** Its key as bytes. */
  readonly name: Uint8Array;
  readonly record: BlobRecord;
  /** The new row, of `encodeRow`; its sequence is set here. */
  readonly row: Buffer;
  /** The file the new row points at. */
  readonly reference?: FileReference;
  /** That file, still in `tmp/`; absent: it has its name already, because another entry points at it. */
  readonly temporary?: TemporaryBlob;
}

/**
 * Writes an entry in place of the one that was there; gives its file a name. Within a transaction.
 *
 * @throws RoomNeededError when there is no room for it, which undoes the transaction; see `runWithRoom`
 */
export function putEntry(context: StoreContext, change: EntryChange): void {
  const error = tryPutEntry(context, change);
  if (error !== undefined) throw error;
}

/** As {@link putEntry}, but returns the error, having changed nothing, unless for entries that were evicted. */
export function tryPutEntry(context: StoreContext, change: EntryChange): RoomNeededError | undefined {
  const { place, name, record, row, reference, temporary } = change;
  const { space } = context;
  const previous = knownEntryAt(context, place);
  const growth = growthOf(context, change, previous);
  if (!takeRoom(context, growth, place))
    return new RoomNeededError(context, Math.max(growth, space.taken + growth), place);
  const storedSequence = space.account.takeSequence();
  setStoredSequence(row, storedSequence);
  if (reference !== undefined && temporary !== undefined) nameFile(context, reference, temporary);
  const rowBytes = row.byteLength;
  const isInline = reference === undefined;
  const entry: SoundEntry = { place, name, record, reference, isInline, rowBytes, storedSequence };
  if (reference !== undefined && !isSameAddress(previous?.reference, reference)) retain(context, reference, temporary);
  context.environment.entries.write(place, row);
  if (previous !== undefined) onEntryRemoved(context, previous, entry);
  onEntryWritten(context, entry, previous);
  const left = previous?.reference;
  if (left !== undefined && !isSameAddress(left, reference)) release(context, left);
  return undefined;
}

/** What a change takes up more than what it replaces; the file of that is freed later. Within a transaction. */
export function growthOf(
  context: StoreContext,
  { place, row, reference, temporary }: EntryChange,
  previous: KnownEntry | undefined,
): number {
  const before = previous === undefined ? 0 : accountedRowBytes(place.byteLength, previous.rowBytes);
  const rows = accountedRowBytes(place.byteLength, row.byteLength) - before;
  if (reference === undefined || temporary === undefined) return rows;
  const known = context.environment.blobs.read(addressKey(reference)) !== undefined;
  return known ? rows : rows + accountedFileBytes(temporary.byteLength);
}

/**
 * Removes an entry; its file loses one count. Within a transaction.
 *
 * @param only - remove the entry only when its row is still this one
 * @returns whether there was one
 */
export function removeEntry(context: StoreContext, place: Uint8Array, only?: Uint8Array): boolean {
  const { entries } = context.environment;
  if (only !== undefined) {
    const bytes = entries.read(place);
    if (bytes === undefined || Buffer.compare(bytes, only) !== 0) return false;
  }
  const entry = knownEntryAt(context, place);
  if (entry === undefined) return false;
  removeKnownEntry(context, entry);
  return true;
}

/** Removes an entry that was just read within this transaction. */
export function removeKnownEntry(context: StoreContext, entry: KnownEntry): void {
  context.environment.entries.remove(entry.place);
  onEntryRemoved(context, entry, undefined);
  if (entry.reference !== undefined) release(context, entry.reference);
}

/** What the index knows of the entry at a place; nothing in it is a view. */
export function knownEntryAt({ environment, xxhash }: StoreContext, place: Uint8Array): KnownEntry | undefined {
  const bytes = environment.entries.read(place);
  return bytes && knownEntry(place, bytes, xxhash);
}

/** What the row of an entry tells, copied. */
export function knownEntry(place: Uint8Array, bytes: Uint8Array, xxhash: Xxhash): KnownEntry {
  const row = decodeRow(bytes, undefined, xxhash);
  const record = row && decodeRecord(row.head);
  const sound = record !== undefined;
  return {
    place,
    name: sound ? new Uint8Array(row!.key) : undefined,
    record,
    reference: referenceOf(row),
    isInline: bytes[1] !== rowKinds.file,
    rowBytes: bytes.byteLength,
    storedSequence: storedSequence(bytes),
  };
}

/** The file a row points at. */
export function referenceOf(row: Row | undefined): FileReference | undefined {
  return row?.kind === rowKinds.file ? decodeReference(row.payload) : undefined;
}

/**
 * The second step of deleting: looks again, and when nobody points at the file by now, unlinks it and forgets its rows.
 * Within a transaction of its own.
 */
export function freeFile(context: StoreContext, address: BlobAddress): void {
  const { blobs, chunks, unused } = context.environment;
  const key = addressKey(address);
  const row = readBlobRow(blobs, address, context.xxhash);
  if (row === undefined || row.count === 0) {
    unlinkFile(blobPath(context.root, address));
    if (row !== undefined) context.space.account.add({ fileBytes: -accountedFileBytes(row.byteLength) });
    blobs.remove(key);
    chunks.remove(key);
  }
  unused.remove(key);
}

function unlinkFile(path: string): void {
  rmSync(path, { force: true });
  try {
    // A directory takes up a block, and there may be 65,536 of them.
    rmdirSync(dirname(path));
  } catch {
    // Not empty, mostly.
  }
}

/** The list of chunk digests of a file, copied; `undefined` when it is absent or damaged. */
export function readChunkDigests(
  { environment, xxhash }: StoreContext,
  reference: FileReference,
): Uint8Array | undefined {
  const key = addressKey(reference);
  const bytes = environment.chunks.read(key);
  const row = bytes && decodeRow(bytes, key, xxhash);
  if (row?.kind !== rowKinds.chunkDigests || xxhash.hash64(row.payload) !== reference.chunksDigest) return undefined;
  return new Uint8Array(row.payload);
}

function nameFile({ root }: StoreContext, address: BlobAddress, temporary: TemporaryBlob): void {
  const path = blobPath(root, address);
  const there = statSync(path, { throwIfNoEntry: false });
  if (there?.isFile() && there.size === temporary.byteLength) {
    // Content is the address, so this is the same file. It may also be this one, when the transaction runs again.
    rmSync(temporary.path, { force: true });
    return;
  }
  try {
    renameSync(temporary.path, path);
  } catch (error) {
    if (systemCode(error) !== "ENOENT") throw error;
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    renameSync(temporary.path, path);
  }
}

function retain(context: StoreContext, address: BlobAddress, temporary: TemporaryBlob | undefined): void {
  const { environment, xxhash, space } = context;
  const row = readBlobRow(environment.blobs, address, xxhash);
  const known = row?.count ?? 0;
  if (temporary === undefined && (row === undefined || known === 0)) {
    throw new LarderError(
      `An entry was to be stored that shares the file ${addressText(address)}, but the file is gone. Store its bytes anew.`,
      { code: "lost-blob", facts: { ...address } },
    );
  }
  const byteLength = temporary?.byteLength ?? row!.byteLength;
  const count = known === unknownCount ? unknownCount : known + 1;
  writeBlobRow(environment.blobs, address, { count, byteLength }, xxhash);
  // Of a damaged row nobody knows how it was counted.
  if (row !== undefined && row.byteLength < 0) space.account.distrust();
  else {
    const fileBytes = accountedFileBytes(byteLength) - accountedFileBytes(row?.byteLength ?? 0);
    space.account.add({ fileBytes });
    space.taken += fileBytes;
  }
  if (known > 0 || temporary === undefined) return;
  const key = addressKey(address);
  environment.chunks.write(key, encodeRow({ kind: rowKinds.chunkDigests, key, payload: temporary.chunks }, xxhash));
}

function release({ environment, xxhash }: StoreContext, address: BlobAddress): void {
  const row = readBlobRow(environment.blobs, address, xxhash);
  if (row === undefined || row.count === 0 || row.count === unknownCount) return;
  writeBlobRow(environment.blobs, address, { ...row, count: row.count - 1 }, xxhash);
  if (row.count === 1) environment.unused.write(addressKey(address), marked);
}

const marked = Buffer.of(1);
