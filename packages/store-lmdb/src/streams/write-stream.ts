import { constants, rmSync } from "node:fs";
import { type FileHandle, open } from "node:fs/promises";
import { join } from "node:path";
import {
  type BlobOfBytes,
  type BlobRecord,
  checksumOf,
  chunkDigests,
  createContentHasher,
  LarderError,
  type RecordOfStream,
  smallBlobBytes,
  type Xxhash,
} from "@larder/core";
import type { OpenStore } from "../open-store.js";
import { ownedFileName } from "../owned-file-name.js";
import { type GrowingReservation, growingReservation } from "../space/growing-reservation.js";
import { runWithRoom } from "../space/run-with-room.js";
import { tryPutEntry } from "../store-operations.js";
import { syncBlob } from "../sync-blob.js";
import { piecesOf, type TemporaryBlob } from "../temporary-blob.js";
import { fileChange, recordToStore } from "../write-blob.js";
import { readBeginning } from "./read-beginning.js";

/** How a stream is stored. */
export interface StreamSettings {
  /** Larger blobs go to files. */
  readonly inlineLimitBytes: number;
  /** Whether file and name are on disk when this resolves. */
  readonly sync: boolean;
  /** Stores a blob that proved small. */
  storeSmall(blob: BlobOfBytes): Promise<void>;
}

/** What arrives, and its record, which is asked for when all has arrived. */
export interface StreamToWrite {
  readonly chunks: AsyncIterable<Uint8Array>;
  readonly record: () => RecordOfStream;
}

/** What became of a stream: its complete record, or what its source threw. */
export type StreamOutcome = { readonly record: BlobRecord } | { readonly thrown: unknown };

/**
 * Stores what arrives, at the pace of the disk: in memory as long as it may be small, then in a file in `tmp/`.
 *
 * @throws what kept it from being stored; nothing is stored then, nor when `chunks` throws
 */
export async function writeStream(
  store: OpenStore,
  key: string,
  { chunks, record }: StreamToWrite,
  settings: StreamSettings,
): Promise<StreamOutcome> {
  let failure: { readonly thrown: unknown } | undefined;
  async function* watched(): AsyncGenerator<Uint8Array> {
    try {
      for await (const chunk of chunks) yield checkedChunk(key, chunk);
    } catch (thrown) {
      failure = { thrown };
      throw thrown;
    }
  }
  const source = watched();
  try {
    return { record: await write(store, key, { chunks: source, record }, settings) };
  } catch (error) {
    if (failure !== undefined) return failure;
    // It may hold something open, and not have been asked for more.
    await source.return(undefined).catch(() => undefined);
    throw error;
  }
}

function checkedChunk(key: string, chunk: unknown): Uint8Array {
  if (chunk instanceof Uint8Array) return chunk;
  throw new LarderError(
    `The stream for '${key}' brought a ${chunk === null ? "null" : typeof chunk} where a Uint8Array was due. Encode text before it is stored.`,
    { code: "not-bytes", facts: { key } },
  );
}

async function write(
  store: OpenStore,
  key: string,
  { chunks, record }: StreamToWrite,
  settings: StreamSettings,
): Promise<BlobRecord> {
  // Up to here the checksum is of the kind that is made at once.
  const { bytes, rest } = await readBeginning(chunks, Math.max(settings.inlineLimitBytes, smallBlobBytes));
  if (rest === undefined) {
    const complete = { ...record(), byteLength: bytes.byteLength, checksum: checksumOf(bytes, store.xxhash) };
    await settings.storeSmall({ record: complete, bytes });
    return complete;
  }
  const room = growingReservation(store);
  let temporary: TemporaryBlob | undefined;
  try {
    temporary = await writeTemporaryStream(store, rest, { sync: settings.sync, room });
    const { byteLength, digest } = temporary;
    const complete: BlobRecord = { ...record(), byteLength, checksum: `blake3:${digest}` };
    const change = fileChange(key, temporary, recordToStore({ record: complete, bytes }), store.xxhash);
    await runWithRoom(store, () => tryPutEntry(store, change), room.handOver());
    if (settings.sync) await syncBlob(store.root, change.reference);
    return complete;
  } finally {
    // Named or not: after a failure nothing is left behind.
    if (temporary !== undefined) rmSync(temporary.path, { force: true });
    await room.end();
  }
}

async function writeTemporaryStream(
  { root, xxhash }: { readonly root: string; readonly xxhash: Xxhash },
  chunks: AsyncIterable<Uint8Array>,
  { sync, room }: { readonly sync: boolean; readonly room: GrowingReservation },
): Promise<TemporaryBlob> {
  const path = join(root, "tmp", ownedFileName(".blob"));
  const flags = constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL | (constants.O_NOFOLLOW ?? 0);
  const file = await open(path, flags, 0o400);
  try {
    const hasher = createContentHasher();
    const digests: Uint8Array[] = [];
    let byteLength = 0;
    for await (const piece of piecesOf(chunks)) {
      hasher.update(piece);
      digests.push(chunkDigests(piece, xxhash));
      byteLength += piece.byteLength;
      await room.coverFile(byteLength);
      await writeFully(file, piece);
    }
    if (sync) await file.sync();
    return { path, digest: hasher.digest(), byteLength, chunks: Buffer.concat(digests) };
  } catch (error) {
    rmSync(path, { force: true });
    throw error;
  } finally {
    await file.close();
  }
}

async function writeFully(file: FileHandle, bytes: Uint8Array): Promise<void> {
  for (let at = 0; at < bytes.byteLength; ) at += (await file.write(bytes, at)).bytesWritten;
}
