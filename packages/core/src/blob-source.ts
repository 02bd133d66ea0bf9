import { scatterBytes, totalBytes } from "./sources/scattered.js";

/** A value now, or later. */
export type Awaitable<T> = T | Promise<T>;

/** Bytes that can be read in part. */
export interface BlobSource {
  readonly byteLength: number;
  /**
   * The bytes from `start` to `end` (exclusive; default: to the end), as a view that nobody overwrites.
   *
   * @throws RangeError when the range is not within `0 … byteLength`
   * @throws DamagedBlobError when a source that checks its bytes finds them changed
   */
  slice(start: number, end?: number): Awaitable<Uint8Array>;
  /**
   * Fills the targets, one after another, with the bytes from `start` on: as many as the targets hold together. Saves the copy that
   * `slice` costs where the bytes are wanted in several places. When it fails, what the targets hold is undefined.
   *
   * @throws as `slice` does
   */
  readInto?(start: number, targets: readonly Uint8Array[]): Awaitable<void>;
  /**
   * A read costs about as much as the whole blocks of so many bytes that it touches: 1 in memory, 4,096 of a file, 65,536 where bytes
   * are verified in chunks. Absent: every read is dear, as over a network.
   */
  readonly blockBytes?: number;
  /** `true`: whoever asked has the memory of what `slice` returns alone, and may write to it and keep it without a copy. */
  readonly exclusive?: true;
}

/** A source over bytes in memory. The bytes are not copied. */
export function bytesSource(bytes: Uint8Array): BlobSource {
  return {
    byteLength: bytes.byteLength,
    blockBytes: 1,
    slice(start, end = bytes.byteLength) {
      checkRange(start, end, bytes.byteLength);
      return bytes.subarray(start, end);
    },
    readInto: (start, targets) => copyInto(bytes, start, targets),
  };
}

/** A source over bytes in memory that nobody else has, for one reader. */
export function exclusiveSource(bytes: Uint8Array): BlobSource {
  const byteLength = bytes.length;
  return {
    byteLength,
    blockBytes: 1,
    exclusive: true,
    slice(start, end = byteLength) {
      if (start === 0 && end === byteLength) return bytes;
      checkRange(start, end, byteLength);
      return bytes.subarray(start, end);
    },
    readInto: (start, targets) => copyInto(bytes, start, targets),
  };
}

/** `readInto` of a source whose bytes are all in memory. */
export function copyInto(bytes: Uint8Array, start: number, targets: readonly Uint8Array[]): void {
  checkRange(start, start + totalBytes(targets), bytes.byteLength);
  scatterBytes(bytes, start, targets);
}

/** Refuses a range that does not lie within `0 … byteLength`. */
export function checkRange(start: number, end: number, byteLength: number): void {
  if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end < start || end > byteLength) {
    throw new RangeError(`Range ${start}…${end} does not lie within a blob of ${byteLength} bytes.`);
  }
}
