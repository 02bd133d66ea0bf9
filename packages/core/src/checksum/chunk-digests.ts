import type { Xxhash } from "./xxhash.js";

/** Bytes in a chunk; the last one may be shorter. */
export const chunkBytes = 64 * 1024;

/** Bytes of one chunk's digest. */
const digestBytes = 8;

/**
 * One digest for each 64 KiB of a blob, so that a part of it can be verified alone: 8 bytes each, little-endian xxh64,
 * in order. Empty bytes have no chunks.
 */
export function chunkDigests(bytes: Uint8Array, xxhash: Xxhash): Uint8Array {
  const count = Math.ceil(bytes.byteLength / chunkBytes);
  const digests = new Uint8Array(count * digestBytes);
  const view = new DataView(digests.buffer);
  for (let chunk = 0; chunk < count; chunk++) {
    const start = chunk * chunkBytes;
    view.setBigUint64(chunk * digestBytes, xxhash.hash64(bytes.subarray(start, start + chunkBytes)), true);
  }
  return digests;
}

/**
 * Whether a run of whole chunks is as it was written.
 *
 * @param bytes - the run: starts where chunk `firstChunk` starts, ends where a chunk ends (the blob's last chunk ends with the blob)
 * @param firstChunk - index of the run's first chunk, from 0
 * @param digests - {@link chunkDigests} of the whole blob
 * @returns `false` also when the run reaches beyond the digests or ends within a chunk
 */
export function verifyChunks(bytes: Uint8Array, firstChunk: number, digests: Uint8Array, xxhash: Xxhash): boolean {
  const count = Math.ceil(bytes.byteLength / chunkBytes);
  if (!Number.isInteger(firstChunk) || firstChunk < 0) return false;
  if (digests.byteLength % digestBytes !== 0 || (firstChunk + count) * digestBytes > digests.byteLength) return false;
  const view = new DataView(digests.buffer, digests.byteOffset, digests.byteLength);
  for (let chunk = 0; chunk < count; chunk++) {
    const start = chunk * chunkBytes;
    const expected = view.getBigUint64((firstChunk + chunk) * digestBytes, true);
    if (xxhash.hash64(bytes.subarray(start, start + chunkBytes)) !== expected) return false;
  }
  return true;
}
