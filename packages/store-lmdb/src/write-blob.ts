import { rmSync } from "node:fs";
import { type BlobRecord, type BlobToStore, blobBytes, verifyChecksum, type Xxhash } from "@larder/core";
import { encodeReference, type FileReference, folderOfCodec } from "./blob-address.js";
import { indexKey, keyBytes } from "./entry-key.js";
import type { OpenStore } from "./open-store.js";
import { decodeRecord, encodeRecord } from "./record-format.js";
import { encodeRow, rowKinds } from "./row-format.js";
import { accountedFileBytes, accountedRowBytes } from "./space/accounted-bytes.js";
import { releaseSpace, reserveSpace } from "./space/reserve-space.js";
import { runWithRoom } from "./space/run-with-room.js";
import { type EntryChange, tryPutEntry } from "./store-operations.js";
import { syncBlob } from "./sync-blob.js";
import { type TemporaryBlob, writeTemporaryBlob, wrongChecksum, wrongLength } from "./temporary-blob.js";

/** A record as it was when storing it was asked for: its owner may change it meanwhile. */
export interface RecordToStore {
  readonly record: BlobRecord;
  /** `encodeRecord` of it. */
  readonly head: Uint8Array;
}

/** The record of a blob as it is now. */
export function recordToStore({ record }: BlobToStore): RecordToStore {
  const head = encodeRecord(record);
  // A record without objects in it needs no deep copy.
  const isFlat = record.tags === undefined && record.details === undefined;
  return { record: isFlat ? { ...record } : decodeRecord(head)!, head };
}

/** The change that stores a blob within its row. @throws LarderError `wrong-blob-length`, `wrong-checksum` */
export function inlineChange(
  key: string,
  bytes: Uint8Array,
  { record, head }: RecordToStore,
  xxhash: Xxhash,
): EntryChange {
  if (bytes.byteLength !== record.byteLength) throw wrongLength(record.byteLength, bytes.byteLength);
  const name = keyBytes(key);
  const row = encodeRow({ kind: rowKinds.inline, key: name, head, payload: bytes }, xxhash);
  if (!verifyChecksum(bytes, record.checksum, xxhash)) throw wrongChecksum(record.checksum);
  return { place: indexKey(name), name, record, row };
}

/** The change that stores an entry whose bytes are in a file that is complete, in `tmp/`. */
export function fileChange(
  key: string,
  temporary: TemporaryBlob,
  { record, head }: RecordToStore,
  xxhash: Xxhash,
): EntryChange & { readonly reference: FileReference } {
  const address = { folder: folderOfCodec(record.codec), digest: temporary.digest };
  const reference = { ...address, chunksDigest: xxhash.hash64(temporary.chunks) };
  const name = keyBytes(key);
  const row = encodeRow({ kind: rowKinds.file, key: name, head, payload: encodeReference(reference) }, xxhash);
  return { place: indexKey(name), name, record, row, reference, temporary };
}

/** Stores a blob within its row: one write. */
export async function writeInlineBlob(
  store: OpenStore,
  key: string,
  blob: BlobToStore,
  record: RecordToStore,
): Promise<void> {
  const bytes = "bytes" in blob ? blob.bytes : await blobBytes(blob);
  const change = inlineChange(key, bytes, record, store.xxhash);
  await runWithRoom(store, () => tryPutEntry(store, change));
  if ("file" in blob) rmSync(blob.file, { force: true });
}

/**
 * Stores a blob in a file: written to `tmp/`, and named in the transaction that writes the row.
 *
 * @param options - `sync`: whether file and name are on disk when this resolves
 */
export async function writeFileBlob(
  store: OpenStore,
  key: string,
  blob: BlobToStore,
  { record, sync }: { readonly record: RecordToStore; readonly sync: boolean },
): Promise<void> {
  const { root, xxhash } = store;
  const reservation = await reserveSpace(store, bytesToReserve(key, record), { except: indexKey(keyBytes(key)) });
  let temporary: TemporaryBlob;
  try {
    temporary = await writeTemporaryBlob(root, blob, { sync, xxhash });
  } catch (error) {
    if (reservation !== undefined) await releaseSpace(store, reservation).catch(() => undefined);
    throw error;
  }
  try {
    const change = fileChange(key, temporary, record, xxhash);
    await runWithRoom(store, () => tryPutEntry(store, change), reservation);
    if (sync) await syncBlob(root, change.reference);
  } finally {
    // Named or not: after a failure nothing is left behind.
    rmSync(temporary.path, { force: true });
  }
}

/** Row and file of a blob, as accounted. */
export function bytesToReserve(key: string, { record, head }: RecordToStore): number {
  const name = keyBytes(key);
  const rowBytes = name.byteLength + head.byteLength + fileRowBytes;
  return accountedFileBytes(record.byteLength) + accountedRowBytes(indexKey(name).byteLength, rowBytes);
}

/** What the row of an entry with a file has besides key and record. */
const fileRowBytes = 16 + 41 + 16;
