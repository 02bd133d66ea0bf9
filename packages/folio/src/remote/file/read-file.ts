import type { BigIntStats } from "node:fs";
import type { FileHandle } from "node:fs/promises";
import { checkRange } from "../check-range.js";
import { type RemoteSubject, remoteFailure } from "../remote-failure.js";
import type { ReadOptions, RemoteObject, RemoteRead } from "../remote-storage.js";
import { openWithin } from "./bundle-folder.js";
import { fileFailure } from "./file-failure.js";
import { fileVersion } from "./file-version.js";

const pieceBytes = 2 ** 18;

export async function headFile(
  folder: string,
  path: string,
  subject: RemoteSubject,
  signal: AbortSignal | undefined,
): Promise<RemoteObject | undefined> {
  signal?.throwIfAborted();
  const handle = await openWithin(folder, path, subject);
  if (handle === undefined) return undefined;
  try {
    return objectOf(path, await handle.stat({ bigint: true }));
  } finally {
    await handle.close();
  }
}

export async function readFile(
  folder: string,
  path: string,
  subject: RemoteSubject,
  { start = 0, end, ifVersion, unlessVersion, signal }: ReadOptions,
): Promise<RemoteRead> {
  checkRange(start, end);
  signal?.throwIfAborted();
  const handle = await openWithin(folder, path, subject);
  if (handle === undefined) return { status: "absent" };
  let isKept = false;
  try {
    const stats = await handle.stat({ bigint: true });
    const object = objectOf(path, stats);
    if (ifVersion !== undefined && object.version !== ifVersion) return { status: "changed" };
    if (unlessVersion !== undefined && object.version === unlessVersion) return { status: "unchanged" };
    const from = Math.min(start, object.byteLength);
    const to = Math.min(end ?? object.byteLength, object.byteLength);
    isKept = true;
    const body = piecesOf(handle, stats, { from, to, subject, signal });
    return { status: "found", object, start: from, end: to, body };
  } finally {
    if (!isKept) await handle.close();
  }
}

export function objectOf(path: string, stats: BigIntStats): RemoteObject {
  return { path, byteLength: Number(stats.size), version: fileVersion(stats), modifiedAt: Number(stats.mtimeMs) };
}

interface Part {
  readonly from: number;
  readonly to: number;
  readonly subject: RemoteSubject;
  readonly signal: AbortSignal | undefined;
}

/** Not a generator: one that was never begun would not close the file when it is returned. */
function piecesOf(
  handle: FileHandle,
  opened: BigIntStats,
  { from, to, subject, signal }: Part,
): AsyncIterable<Uint8Array> {
  let at = from;
  let over = false;
  const end = async () => {
    over = true;
    await handle.close();
  };
  const iterator: AsyncIterableIterator<Uint8Array> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      if (over) return { done: true, value: undefined };
      try {
        signal?.throwIfAborted();
        if (at >= to) {
          await checkUnchanged(handle, opened, subject);
          await end();
          return { done: true, value: undefined };
        }
        const piece = Buffer.allocUnsafeSlow(Math.min(pieceBytes, to - at));
        const { bytesRead } = await handle.read(piece, 0, piece.length, at);
        if (bytesRead === 0) {
          throw remoteFailure("remote-unreachable", subject, "the file was cut short while it was read", {
            receivedBytes: at - from,
            expectedBytes: to - from,
          });
        }
        at += bytesRead;
        return { done: false, value: piece.subarray(0, bytesRead) };
      } catch (error) {
        if (!over) await end();
        throw fileFailure(error, subject);
      }
    },
    async return() {
      if (!over) await end();
      return { done: true, value: undefined };
    },
  };
  return iterator;
}

/** Somebody who changes a file in place mixes its old bytes with new ones. That it was replaced as a whole does not matter. */
async function checkUnchanged(handle: FileHandle, opened: BigIntStats, subject: RemoteSubject): Promise<void> {
  const { mtimeNs, size } = await handle.stat({ bigint: true });
  if (mtimeNs === opened.mtimeNs && size === opened.size) return;
  throw remoteFailure("remote-unreachable", subject, "the file was changed in place while it was read");
}
