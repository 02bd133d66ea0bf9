import type { Workspace } from "./workspace.js";

/** Where fewer than one in so many values are wanted, they are copied byte by byte rather than all moved to where words can be read. */
const sparse = 16;

/**
 * Copies the values at `places` of a source of values of `width` bytes, to the rows from `from` to `to` of the target; a place of -1
 * leaves the target as it is. Words, not floats: copying those may change the bits of a NaN.
 *
 * @param source holds a value for every place
 */
export function gatherFixed(
  target: Uint8Array,
  source: Uint8Array,
  width: number,
  places: Int32Array,
  from: number,
  to: number,
  space: Workspace,
): void {
  const isAligned = source.byteOffset % 4 === 0;
  if (width % 4 !== 0 || (!isAligned && (to - from) * sparse * width < source.byteLength)) {
    gatherBytes(target, source, width, places, from, to);
    return;
  }
  const words = wordsOver(isAligned ? source : space.aligned(source));
  const targetWords = wordsOver(target);
  if (width === 4) gatherWords(targetWords, words, places, from, to);
  else if (width === 8) gatherPairs(targetWords, words, places, from, to);
  else gatherManyWords(targetWords, words, width / 4, places, from, to);
}

function wordsOver({ buffer, byteOffset, byteLength }: Uint8Array): Int32Array {
  return new Int32Array(buffer, byteOffset, byteLength >>> 2);
}

function gatherWords(target: Int32Array, source: Int32Array, places: Int32Array, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const place = places[i]!;
    if (place >= 0) target[i] = source[place]!;
  }
}

function gatherPairs(target: Int32Array, source: Int32Array, places: Int32Array, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const at = places[i]! * 2;
    if (at < 0) continue;
    target[2 * i] = source[at]!;
    target[2 * i + 1] = source[at + 1]!;
  }
}

function gatherManyWords(
  target: Int32Array,
  source: Int32Array,
  words: number,
  places: Int32Array,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    const at = places[i]! * words;
    if (at >= 0) for (let word = 0; word < words; word++) target[i * words + word] = source[at + word]!;
  }
}

function gatherBytes(
  target: Uint8Array,
  source: Uint8Array,
  width: number,
  places: Int32Array,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    const at = places[i]! * width;
    if (at >= 0) for (let byte = 0, start = i * width; byte < width; byte++) target[start + byte] = source[at + byte]!;
  }
}
