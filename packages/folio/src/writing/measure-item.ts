import { type FileHandle, open } from "node:fs/promises";
import { LarderError } from "@larder/core";
import { checksumHasher } from "../manifest/checksum-hasher.js";
import type { ChecksumAlgorithm } from "../manifest/manifest.js";
import type { RemoteBody } from "../remote/remote-storage.js";
import type { EncodedItem } from "../values/encode-item.js";
import { type MeasuredChunks, measureChunks } from "./measure-chunks.js";

/** The bytes of an item, ready to be sent, and what the manifest says of them. */
export interface MeasuredItem {
  readonly body: RemoteBody;
  readonly sizeBytes: number;
  readonly checksum: string;
  readonly checksumAlgorithm: ChecksumAlgorithm;
  /** Of a table that may be read in parts. */
  readonly chunks: MeasuredChunks | undefined;
  /** Whether a file still is what was hashed; `true` for bytes in memory. */
  isUnchanged(): Promise<boolean>;
}

const pieceBytes = 1024 * 1024;

/**
 * Computes an item's checksum, and the digests of a table's chunks. A file is read piece by piece, never whole; bytes in memory are hashed in pieces too, and
 * between them other work goes on.
 *
 * @throws LarderError `file-not-readable`; as `checksumHasher`; the signal's reason
 */
export async function measureItem(
  item: EncodedItem,
  checksumAlgorithm: ChecksumAlgorithm,
  signal?: AbortSignal,
): Promise<MeasuredItem> {
  const hasher = await checksumHasher(checksumAlgorithm);
  if ("bytes" in item) {
    const { bytes } = item;
    const chunks = measureChunks(item.kind, bytes.byteLength);
    for (let start = 0; start < bytes.byteLength; start += pieceBytes) {
      const piece = bytes.subarray(start, start + pieceBytes);
      hasher.update(piece);
      chunks?.update(piece);
      if (bytes.byteLength > pieceBytes) await new Promise(setImmediate);
      signal?.throwIfAborted();
    }
    const checksum = hasher.digest();
    const known = { sizeBytes: bytes.byteLength, checksum, checksumAlgorithm, chunks: chunks?.result() };
    return { body: { bytes }, ...known, isUnchanged: async () => true };
  }
  const { file } = item;
  const handle = await openFile(file);
  try {
    const before = await stateOf(handle);
    const chunks = measureChunks(item.kind, (await handle.stat()).size);
    const update = (piece: Uint8Array): void => {
      hasher.update(piece);
      chunks?.update(piece);
    };
    const sizeBytes = await hashFile(handle, update, signal);
    const known = { sizeBytes, checksum: hasher.digest(), checksumAlgorithm, chunks: chunks?.result() };
    return { body: { file, byteLength: sizeBytes }, ...known, isUnchanged: () => isStill(file, before) };
  } finally {
    await handle.close();
  }
}

/** Device, inode, size and times: what changes when a file is written to or replaced. */
async function stateOf(handle: FileHandle): Promise<string> {
  const { dev, ino, size, mtimeNs, ctimeNs } = await handle.stat({ bigint: true });
  return [dev, ino, size, mtimeNs, ctimeNs].join();
}

async function isStill(file: string, before: string): Promise<boolean> {
  const handle = await openFile(file);
  try {
    return (await stateOf(handle)) === before;
  } finally {
    await handle.close();
  }
}

async function hashFile(
  handle: FileHandle,
  update: (bytes: Uint8Array) => void,
  signal?: AbortSignal,
): Promise<number> {
  const piece = new Uint8Array(pieceBytes);
  for (let length = 0; ; ) {
    const { bytesRead } = await handle.read(piece, 0, pieceBytes, null);
    signal?.throwIfAborted();
    if (bytesRead === 0) return length;
    update(piece.subarray(0, bytesRead));
    length += bytesRead;
  }
}

async function openFile(file: string): Promise<FileHandle> {
  let handle: FileHandle;
  try {
    handle = await open(file, "r");
  } catch (error) {
    throw unreadable(file, (error as NodeJS.ErrnoException).code ?? "unknown");
  }
  if ((await handle.stat()).isFile()) return handle;
  await handle.close();
  throw unreadable(file, "it is no regular file");
}

function unreadable(file: string, reason: string): LarderError {
  return new LarderError(`The file ${file} can't be added: ${reason}. Check its path and its permissions.`, {
    code: "file-not-readable",
    facts: { file, reason },
  });
}
