import { rmSync } from "node:fs";
import { type BlobToStore, blobBytes, verifyChecksum } from "@larder/core";
import { encodeReference, folderOfCodec } from "./blob-address.js";
import { indexKey, keyBytes } from "./entry-key.js";
import type { OpenStore } from "./open-store.js";
import { encodeRow, rowKinds } from "./row-format.js";
import { putEntry } from "./store-operations.js";
import { syncBlob } from "./sync-blob.js";
import { writeTemporaryBlob, wrongChecksum, wrongLength } from "./temporary-blob.js";

/** The record of a blob as it is written. */
export function encodeRecord({ record }: BlobToStore): Buffer {
  return Buffer.from(JSON.stringify(record));
}

/**
 * Stores a blob within its row: one write.
 *
 * @param head - {@link encodeRecord} of the blob
 */
export async function writeInlineBlob(
  store: OpenStore,
  key: string,
  blob: BlobToStore,
  head: Uint8Array,
): Promise<void> {
  const { record } = blob;
  const bytes = "bytes" in blob ? blob.bytes : await blobBytes(blob);
  if (bytes.byteLength !== record.byteLength) throw wrongLength(record.byteLength, bytes.byteLength);
  const name = keyBytes(key);
  const row = encodeRow({ kind: rowKinds.inline, key: name, head, payload: bytes }, store.xxhash);
  if (!verifyChecksum(bytes, record.checksum, store.xxhash)) throw wrongChecksum(record.checksum);
  await store.batches.run(() => putEntry(store, { place: indexKey(name), row }));
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
  { head, sync }: { readonly head: Uint8Array; readonly sync: boolean },
): Promise<void> {
  const { root, xxhash } = store;
  const temporary = await writeTemporaryBlob(root, blob, { sync, xxhash });
  try {
    const address = { folder: folderOfCodec(blob.record.codec), digest: temporary.digest };
    const name = keyBytes(key);
    const payload = encodeReference({ ...address, chunksDigest: xxhash.hash64(temporary.chunks) });
    const row = encodeRow({ kind: rowKinds.file, key: name, head, payload }, xxhash);
    await store.batches.run(() => putEntry(store, { place: indexKey(name), row, file: { address, temporary } }));
    if (sync) await syncBlob(root, address);
  } finally {
    // Named or not: after a failure nothing is left behind.
    rmSync(temporary.path, { force: true });
  }
}
