import { readSync, readv, readvSync } from "node:fs";
import type { Awaitable } from "../blob-source.js";
import { pieceCursor, takePieces, totalBytes } from "./scattered.js";

/** Up to this many bytes are read at once: from the page cache they take 200 microseconds at most, and the way through libuv's pool tens more. */
const atOnceBytes = 1024 * 1024;

/** For so many milliseconds after the event loop had its turn; then one read goes through the pool, and gives it the next. */
const atOnceMs = 10;

/** One system call reads at most this much: Linux stops short of 2 GiB. */
const callBytes = 1 << 30;

/** One system call fills at most so many memories: `IOV_MAX` of Linux and macOS. */
const callPieces = 1024;

let turnAt = Number.NEGATIVE_INFINITY;

/**
 * Fills the targets, one after another, with the bytes of an open file from `start` on. It answers without a promise where few
 * bytes were read at once.
 *
 * @param mayWait - whether the event loop may wait for few bytes: `false` where they may come from another host
 * @returns how many bytes there were: fewer than the targets hold when the file ends before
 * @throws the error of the file system
 */
export function readFileInto(
  descriptor: number,
  start: number,
  targets: readonly Uint8Array[],
  mayWait: boolean,
): Awaitable<number> {
  const isQuick = mayWait && totalBytes(targets) <= atOnceBytes && performance.now() - turnAt < atOnceMs;
  return isQuick ? fillAtOnce(descriptor, start, targets) : fillInTurns(descriptor, start, targets);
}

function fillAtOnce(descriptor: number, start: number, targets: readonly Uint8Array[]): number {
  const cursor = pieceCursor(targets);
  for (let filled = 0; ; ) {
    const pieces = takePieces({ ...cursor }, callBytes, callPieces);
    if (pieces.length === 0) return filled;
    const [first] = pieces;
    const count =
      pieces.length === 1
        ? readSync(descriptor, first!, 0, first!.byteLength, start + filled)
        : readvSync(descriptor, pieces, start + filled);
    if (count === 0) return filled;
    filled += count;
    takePieces(cursor, count);
  }
}

async function fillInTurns(descriptor: number, start: number, targets: readonly Uint8Array[]): Promise<number> {
  const cursor = pieceCursor(targets);
  for (let filled = 0; ; ) {
    const pieces = takePieces({ ...cursor }, callBytes, callPieces);
    if (pieces.length === 0) return filled;
    const position = start + filled;
    const count = await new Promise<number>((resolve, reject) => {
      readv(descriptor, pieces, position, (error, bytesRead) => (error ? reject(error) : resolve(bytesRead)));
    });
    turnAt = performance.now();
    if (count === 0) return filled;
    filled += count;
    takePieces(cursor, count);
  }
}
