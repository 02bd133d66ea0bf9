import { mkdirSync, renameSync, rmSync, statSync } from "node:fs";
import { dirname } from "node:path";
import type { Xxhash } from "@larder/core";
import {
  addressKey,
  type BlobAddress,
  blobPath,
  decodeReference,
  type FileReference,
  isSameAddress,
} from "./blob-address.js";
import { readBlobRow, unknownCount, writeBlobRow } from "./blob-rows.js";
import type { LmdbEnvironment } from "./lmdb-environment.js";
import { decodeRow, encodeRow, type Row, rowKinds } from "./row-format.js";
import { systemCode } from "./store-error.js";
import type { TemporaryBlob } from "./temporary-blob.js";

/** What the steps of a transaction work on. */
export interface StoreContext {
  /** Real path of the cache directory. */
  readonly root: string;
  readonly environment: LmdbEnvironment;
  readonly xxhash: Xxhash;
  /** Runs `body` as one transaction (`LmdbEnvironment.transact`), when nobody is opening the index. */
  transact<Result>(body: () => Result): Promise<Result>;
}

/** A change of one entry, within a transaction. */
export interface EntryChange {
  /** `indexKey` of the entry. */
  readonly place: Uint8Array;
  /** The new row. */
  readonly row: Uint8Array;
  /** The file the new row points at, still in `tmp/`. */
  readonly file?: { readonly address: BlobAddress; readonly temporary: TemporaryBlob };
}

/** Writes an entry in place of the one that was there; gives its file a name. Within a transaction. */
export function putEntry(context: StoreContext, { place, row, file }: EntryChange): void {
  const previous = referenceAt(context, place);
  if (file !== undefined) {
    nameFile(context, file.address, file.temporary);
    if (!isSameAddress(previous, file.address)) retain(context, file.address, file.temporary);
  }
  context.environment.entries.write(place, row);
  if (previous !== undefined && !isSameAddress(previous, file?.address)) release(context, previous);
}

/**
 * Removes an entry; its file loses one count. Within a transaction.
 *
 * @param only - remove the entry only when its row is still this one
 * @returns whether there was one
 */
export function removeEntry(context: StoreContext, place: Uint8Array, only?: Uint8Array): boolean {
  const { entries } = context.environment;
  const bytes = entries.read(place);
  if (bytes === undefined || (only !== undefined && Buffer.compare(bytes, only) !== 0)) return false;
  const previous = referenceAt(context, place);
  entries.remove(place);
  if (previous !== undefined) release(context, previous);
  return true;
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
    rmSync(blobPath(context.root, address), { force: true });
    blobs.remove(key);
    chunks.remove(key);
  }
  unused.remove(key);
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

function referenceAt({ environment, xxhash }: StoreContext, place: Uint8Array): FileReference | undefined {
  const bytes = environment.entries.read(place);
  return bytes && referenceOf(decodeRow(bytes, undefined, xxhash));
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

function retain(
  { environment, xxhash }: StoreContext,
  address: BlobAddress,
  { byteLength, chunks }: TemporaryBlob,
): void {
  const row = readBlobRow(environment.blobs, address, xxhash);
  const key = addressKey(address);
  const known = row?.count ?? 0;
  const count = known === unknownCount ? unknownCount : known + 1;
  writeBlobRow(environment.blobs, address, { count, byteLength }, xxhash);
  if (known === 0)
    environment.chunks.write(key, encodeRow({ kind: rowKinds.chunkDigests, key, payload: chunks }, xxhash));
}

function release({ environment, xxhash }: StoreContext, address: BlobAddress): void {
  const row = readBlobRow(environment.blobs, address, xxhash);
  if (row === undefined || row.count === 0 || row.count === unknownCount) return;
  writeBlobRow(environment.blobs, address, { ...row, count: row.count - 1 }, xxhash);
  if (row.count === 1) environment.unused.write(addressKey(address), marked);
}

const marked = Buffer.of(1);
