/** Bytes from `start` to `end` (exclusive) of an object. */
export interface ByteExtent {
  readonly start: number;
  readonly end: number;
}

/** What of `wanted` none of the others covers, ascending; the others in any order. */
export function uncovered(wanted: ByteExtent, others: Iterable<ByteExtent>): ByteExtent[] {
  const left: ByteExtent[] = [];
  let at = wanted.start;
  for (const { start, end } of [...others].sort((one, other) => one.start - other.start)) {
    if (end <= at) continue;
    if (start >= wanted.end) break;
    if (start > at) left.push({ start: at, end: start });
    at = end;
    if (at >= wanted.end) break;
  }
  if (at < wanted.end) left.push({ start: at, end: wanted.end });
  return left;
}

/** Whether two extents have a byte in common. */
export function overlap(one: ByteExtent, other: ByteExtent): boolean {
  return one.start < other.end && other.start < one.end;
}

/** Copies what `bytes`, which begin at `from`, have of an extent into `target`, which begins at `start`. */
export function copyCommon(target: Uint8Array, start: number, bytes: Uint8Array, from: number): void {
  const first = Math.max(start, from);
  const last = Math.min(start + target.byteLength, from + bytes.byteLength);
  if (first < last) target.set(bytes.subarray(first - from, last - from), first - start);
}

/** Cuts an extent into pieces of at most `mostBytes`. */
export function cut({ start, end }: ByteExtent, mostBytes: number): ByteExtent[] {
  const pieces: ByteExtent[] = [];
  for (let at = start; at < end; at += mostBytes) pieces.push({ start: at, end: Math.min(at + mostBytes, end) });
  return pieces;
}
