/** Bytes from `start` to `end` of the file. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** Sorted ranges, joined into one where they touch, overlap, or have a gap of at most `gapBytes` between them. */
export function joinRanges(ranges: readonly ByteRange[], gapBytes = 0): ByteRange[] {
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of [...ranges].sort((left, right) => left.start - right.start)) {
    const last = joined.at(-1);
    if (last && start <= last.end + gapBytes) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined;
}

/** The ranges without the parts that others cover. Both sorted; the ranges don't overlap each other. */
export function withoutRanges(ranges: readonly ByteRange[], others: readonly ByteRange[]): ByteRange[] {
  if (others.length === 0) return [...ranges];
  const left: ByteRange[] = [];
  for (const { start, end } of ranges) {
    let at = start;
    for (const other of others) {
      if (other.end <= at) continue;
      if (other.start >= end) break;
      if (other.start > at) left.push({ start: at, end: other.start });
      at = Math.max(at, other.end);
    }
    if (at < end) left.push({ start: at, end });
  }
  return left;
}
