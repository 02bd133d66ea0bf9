import { type BlobSource, bytesSource } from "@larder/core";

/** A source over bytes that remembers which ranges were asked of it. */
export function countingSource(bytes: Uint8Array): BlobSource & { readonly ranges: [start: number, end: number][] } {
  const source = bytesSource(bytes);
  const ranges: [number, number][] = [];
  return {
    byteLength: source.byteLength,
    ranges,
    slice(start, end = source.byteLength) {
      ranges.push([start, end]);
      return source.slice(start, end);
    },
  };
}
