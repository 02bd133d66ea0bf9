import type { ByteRange } from "./byte-ranges.js";
import { joinRanges, withoutRanges } from "./byte-ranges.js";

/** What has been read of one row group, so that nothing is read twice. */
export interface HeldBytes {
  /** Reads what is not held yet. */
  fetch(ranges: readonly ByteRange[]): Promise<void>;
  /** Bytes that were fetched. */
  bytesOf(range: ByteRange): Uint8Array;
  /** Bytes of a range of which all has been fetched, in one piece. */
  find(range: ByteRange): Uint8Array | undefined;
  /** Bytes held. */
  readonly byteLength: number;
}

/** Holds nothing yet. Ranges with a gap of at most `gapBytes` between them are read as one. */
export function heldBytes(read: (range: ByteRange) => Promise<Uint8Array>, gapBytes: number): HeldBytes {
  let held: { start: number; end: number; bytes: Uint8Array }[] = [];
  /** The last part that begins no later; -1 where there is none. */
  const lastFrom = (start: number): number => {
    let low = 0;
    let high = held.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (held[middle]!.start <= start) low = middle + 1;
      else high = middle;
    }
    return low - 1;
  };
  return {
    async fetch(ranges) {
      const missing = withoutRanges(joinRanges(ranges, gapBytes), held);
      const fetched = await Promise.all(
        missing.map(async (range) => ({ start: range.start, end: range.end, bytes: await read(range) })),
      );
      held = [...held, ...fetched].sort((left, right) => left.start - right.start);
    },
    find({ start, end }) {
      const part = held[lastFrom(start)];
      return part && end <= part.end ? part.bytes.subarray(start - part.start, end - part.start) : undefined;
    },
    bytesOf({ start, end }) {
      const at = lastFrom(start);
      const first = held[at];
      if (first && end <= first.end) return first.bytes.subarray(start - first.start, end - first.start);
      const joined = new Uint8Array(end - start);
      for (let i = at, from = start; from < end; i++) {
        const part = held[i];
        if (!part || part.start > from || part.end <= from)
          throw new RangeError(`Bytes ${from} to ${end} were not fetched.`);
        const stop = Math.min(end, part.end);
        joined.set(part.bytes.subarray(from - part.start, stop - part.start), from - start);
        from = stop;
      }
      return joined;
    },
    get byteLength() {
      return held.reduce((sum, { bytes }) => sum + bytes.byteLength, 0);
    },
  };
}
