/** Indices into a dictionary. */
export type Indices = Uint8Array | Uint16Array | Int32Array;

/** Whether the indices from `start` to `end` all name an entry of a dictionary that has `count`. */
export function areBelow(indices: Indices, start: number, end: number, count: number): boolean {
  if (count >= 2 ** (8 * indices.BYTES_PER_ELEMENT) || start === end) return true;
  if (count === 0) return false;
  if (indices instanceof Uint8Array && count <= 0x80) {
    // Four at a time: adding what a byte lacks for its highest bit sets that bit where the index is too large.
    const shift = indices.byteOffset & 3;
    const from = Math.min(((start + shift + 3) & ~3) - shift, end);
    const to = Math.max(((end + shift) & ~3) - shift, from);
    const words = new Int32Array(indices.buffer, indices.byteOffset + from, (to - from) >>> 2);
    if (!wordsBelow(words, (0x80 - count) * 0x01010101)) return false;
    return eachBelow(indices, to, end, count) && eachBelow(indices, start, from, count);
  }
  return eachBelow(indices, start, end, count);
}

function wordsBelow(words: Int32Array, missing: number): boolean {
  let bits = 0;
  for (let i = 0; i < words.length; i++) bits |= words[i]! | ((words[i]! & 0x7f7f7f7f) + missing);
  return (bits & 0x80808080) === 0;
}

function eachBelow(indices: Indices, start: number, end: number, count: number): boolean {
  const last = count - 1;
  // The difference is negative for an index beyond the last, or for one that is negative itself.
  let signs = 0;
  for (let i = start; i < end; i++) signs |= (last - indices[i]!) | indices[i]!;
  return signs >= 0;
}
