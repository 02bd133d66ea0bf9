import { setImmediate } from "node:timers/promises";
import { pieceCursor, takePieces, totalBytes } from "../sources/scattered.js";
import { chunkBytes, verifyChunks } from "./chunk-digests.js";
import type { Xxhash } from "./xxhash.js";

/** Verified before the event loop has its turn: some milliseconds. */
const turnBytes = 16 * 1024 * 1024;

/** A chunk that lies in several pieces, gathered to be verified. */
let gathered: Uint8Array | undefined;

/** A scattered read that was widened to whole chunks. */
export interface WidenedRead {
  readonly start: number;
  readonly firstChunk: number;
  /** The targets, and before and after them memory for what else is in the first and the last chunk. */
  readonly pieces: readonly Uint8Array[];
}

/** Widens the read of a blob's bytes from `start` on into targets, which are not empty altogether, to whole chunks. */
export function widenToChunks(start: number, targets: readonly Uint8Array[], byteLength: number): WidenedRead {
  const end = start + totalBytes(targets);
  const firstChunk = Math.floor(start / chunkBytes);
  const runStart = firstChunk * chunkBytes;
  const runEnd = Math.min(Math.ceil(end / chunkBytes) * chunkBytes, byteLength);
  return {
    start: runStart,
    firstChunk,
    pieces: [Buffer.allocUnsafeSlow(start - runStart), ...targets, Buffer.allocUnsafeSlow(runEnd - end)],
  };
}

/**
 * The first chunk that is not as it was written, of a run of whole chunks that lies in several memories; `undefined`: all are.
 * The event loop has its turn on the way.
 *
 * @param pieces - the run: starts where chunk `firstChunk` starts, ends where a chunk ends (the blob's last chunk ends with the blob)
 * @param firstChunk - index of the run's first chunk, from 0
 * @param digests - `chunkDigests` of the whole blob
 * @param verified - one byte for each chunk of the blob. Chunks with 1 are not looked at; those that prove right get it.
 */
export async function findDamagedChunk(
  pieces: readonly Uint8Array[],
  firstChunk: number,
  digests: Uint8Array,
  xxhash: Xxhash,
  verified?: Uint8Array,
): Promise<number | undefined> {
  const cursor = pieceCursor(pieces);
  for (let chunk = firstChunk, hashed = 0; ; chunk++) {
    const parts = takePieces(cursor, chunkBytes);
    if (parts.length === 0) return undefined;
    if (verified?.[chunk] === 1) continue;
    const bytes = parts.length === 1 ? parts[0]! : gather(parts);
    if (!verifyChunks(bytes, chunk, digests, xxhash)) return chunk;
    if (verified !== undefined) verified[chunk] = 1;
    hashed += chunkBytes;
    if (hashed % turnBytes === 0) await setImmediate();
  }
}

/** Good until the next call: to be used before anything is awaited. */
function gather(parts: readonly Uint8Array[]): Uint8Array {
  gathered ??= new Uint8Array(chunkBytes);
  let at = 0;
  for (const part of parts) {
    gathered.set(part, at);
    at += part.byteLength;
  }
  return gathered.subarray(0, at);
}
