import type { ByteRange } from "./byte-ranges.js";
import { joinRanges, withoutRanges } from "./byte-ranges.js";

/** What has been read of one row group, so that nothing is read twice. */
export interface HeldBytes {
  /** Reads what is not held yet. */
  fetch(ranges: readonly ByteRange[]): Promise<void>;
  /** Bytes that were fetched. */
  bytesOf(range: ByteRange): Uint8Array;
  /** Bytes held. */
  readonly byteLength: number;
}

/** Holds nothing yet. Ranges with a gap of at most `gapBytes` between them are read as one. */
export function heldBytes(read: (range: ByteRange) => Promise<Uint8Array>, gapBytes: number): HeldBytes {
  let held: { start: number; end: number; bytes: Uint8Array }[] = [];
  return {
    async fetch(ranges) {
      const missing = withoutRanges(joinRanges(ranges, gapBytes), held);
      const fetched = await Promise.all(
        missing.map(async (range) => ({ start: range.start, end: range.end, bytes: await read(range) })),
      );
      held = [...held, ...fetched].sort((left, right) => left.start - right.start);
    },
    bytesOf({ start, end }) {
      // The last part that begins no later.
      let low = 0;
      let high = held.length;
      while (low < high) {
        const middle = (low + high) >>> 1;
        if (held[middle]!.start <= start) low = middle + 1;
        else high = middle;
      }
      const first = held[low - 1];
      if (first && end <= first.end) return first.bytes.subarray(start - first.start, end - first.start);
      const joined = new Uint8Array(end - start);
      for (let i = low - 1, at = start; at < end; i++) {
        const part = held[i];
        if (!part || part.start > at || part.end <= at) throw new RangeError(`Bytes ${at} to ${end} were not fetched.`);
        const stop = Math.min(end, part.end);
        joined.set(part.bytes.subarray(at - part.start, stop - part.start), at - start);
        at = stop;
      }
      return joined;
    },
    get byteLength() {
      return held.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
    },
  };
}
