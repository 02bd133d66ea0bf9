import { type ByteRange, joinRanges } from "./byte-ranges.js";

/** Indexes are small and lie close together: up to this gap, one read is cheaper than two. */
const gapBytes = 4096;
/** What is kept of them. */
const mostBytes = 2 ** 24;

/** Reads page indexes, each once, as long as they are not too many to keep. */
export function pageIndexCache(
  read: (range: ByteRange) => Promise<Uint8Array>,
): (ranges: readonly ByteRange[]) => Promise<Uint8Array[]> {
  const kept = new Map<number, Uint8Array>();
  let keptBytes = 0;
  const known = ({ start, end }: ByteRange): Uint8Array | undefined => {
    const bytes = kept.get(start);
    return bytes?.byteLength === end - start ? bytes : undefined;
  };
  return async (ranges) => {
    const found = new Map<number, Uint8Array>();
    const missing: ByteRange[] = [];
    for (const range of ranges) {
      const bytes = known(range);
      if (bytes) found.set(range.start, bytes);
      else missing.push(range);
    }
    await Promise.all(
      joinRanges(missing, gapBytes).map(async (joined) => {
        const bytes = await read(joined);
        for (const { start, end } of missing) {
          if (start < joined.start || end > joined.end) continue;
          // A copy, so that what lies around it is not kept with it.
          const own = new Uint8Array(bytes.subarray(start - joined.start, end - joined.start));
          found.set(start, own);
          if (keptBytes + own.byteLength > mostBytes) {
            kept.clear();
            keptBytes = 0;
          }
          kept.set(start, own);
          keptBytes += own.byteLength;
        }
      }),
    );
    return ranges.map(({ start }) => found.get(start)!);
  };
}
