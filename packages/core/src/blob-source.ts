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
  /** `true`: whoever asked has the memory of what `slice` returns alone, and may write to it and keep it without a copy. */
  readonly exclusive?: true;
}

/** A source over bytes in memory. The bytes are not copied. */
export function bytesSource(bytes: Uint8Array): BlobSource {
  return {
    byteLength: bytes.byteLength,
    slice(start, end = bytes.byteLength) {
      checkRange(start, end, bytes.byteLength);
      return bytes.subarray(start, end);
    },
  };
}

/** A source over bytes in memory that nobody else has, for one reader. */
export function exclusiveSource(bytes: Uint8Array): BlobSource {
  const byteLength = bytes.length;
  return {
    byteLength,
    exclusive: true,
    slice(start, end = byteLength) {
      if (start === 0 && end === byteLength) return bytes;
      checkRange(start, end, byteLength);
      return bytes.subarray(start, end);
    },
  };
}

/** Refuses a range that does not lie within `0 … byteLength`. */
export function checkRange(start: number, end: number, byteLength: number): void {
  if (!Number.isInteger(start) || !Number.isInteger(end) || start < 0 || end < start || end > byteLength) {
    throw new RangeError(`Range ${start}…${end} does not lie within a blob of ${byteLength} bytes.`);
  }
}
