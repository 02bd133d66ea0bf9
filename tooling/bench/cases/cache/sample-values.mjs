/** Keys as long as those of `cacheKey` are apart from their digest. */
export const keyOf = (index) => `bench:${String(index).padStart(8, "0")}`;

/** Bytes that differ from index to index, and that compress no better than real ones. */
export function makeValue(size, index) {
  const bytes = new Uint8Array(size);
  let state = (index + 1) * 2654435761;
  for (let at = 0; at + 4 <= size; at += 4) {
    state = (Math.imul(state, 1664525) + 1013904223) | 0;
    bytes[at] = state >>> 24;
    bytes[at + 1] = state >>> 16;
    bytes[at + 2] = state >>> 8;
    bytes[at + 3] = index;
  }
  bytes[0] = 1;
  return bytes;
}
