import { getBit } from "../format/bitmaps.js";
import { putVarint } from "../format/delta-encode.js";
import { areBelow, type Indices } from "../format/indices-below.js";
import { badIndex } from "./gather-column.js";

/** Whole bytes, so that a reader may take them as an array. */
export function indexBytes(dictionarySize: number): 1 | 2 {
  return dictionarySize <= 0x100 ? 1 : 2;
}

/** Bit width, then one bit-packed run of whole bytes, padded to eight indices: readers may take the run as an array. */
export function indexPieces(indices: Indices, dictionarySize: number): Uint8Array[] {
  if (indices.length === 0) return [Uint8Array.of(0)];
  const width = indexBytes(dictionarySize);
  const groups = (indices.length + 7) >>> 3;
  const head = new Uint8Array(6);
  head[0] = width * 8;
  const headBytes = putVarint(head, 1, (groups << 1) | 1);
  const padding = new Uint8Array((groups * 8 - indices.length) * width);
  return [head.subarray(0, headBytes), narrowIndices(indices, width), padding];
}

function narrowIndices(indices: Indices, width: 1 | 2): Uint8Array {
  if (indices.BYTES_PER_ELEMENT === width) {
    return new Uint8Array(indices.buffer, indices.byteOffset, indices.byteLength);
  }
  if (width === 1) return Uint8Array.from(indices);
  const wide = Uint16Array.from(indices);
  return new Uint8Array(wide.buffer);
}

/** The indices of the rows from `start` to `end` that hold a value. */
export function presentOf<Array extends Indices>(
  indices: Array,
  validity: Uint8Array,
  start: number,
  end: number,
): Array {
  const present = indices.slice(start, end) as Array;
  let count = 0;
  for (let row = start; row < end; row++) if (getBit(validity, row)) present[count++] = indices[row]!;
  return present.subarray(0, count) as Array;
}

/**
 * For each entry of a dictionary whether an index points at it: 1 or 0.
 *
 * @throws LarderError `invalid-dictionary` for an index without an entry
 */
export function usedOf(indices: Indices, dictionarySize: number): Uint8Array {
  // Every index of this width has its place: whether it has an entry is seen afterwards, once.
  const most = indices.BYTES_PER_ELEMENT === 1 ? 0x100 : Math.max(0x1_0000, dictionarySize);
  const used = new Uint8Array(most);
  if (indices instanceof Uint8Array) {
    const start = Math.min(indices.length, fewIndices);
    mark8(indices.subarray(0, start), used);
    const rest = indices.subarray(start);
    const areAllUsed = used.indexOf(0) === dictionarySize;
    if (!areAllUsed || !areBelow(rest, 0, rest.length, dictionarySize)) mark8(rest, used);
  } else if (indices instanceof Uint16Array) mark16(indices, used);
  else mark32(indices, used);
  if (used.indexOf(1, dictionarySize) >= 0) throw badIndex();
  return used.subarray(0, dictionarySize);
}

/** So many indices mostly show every entry of a small dictionary. */
const fewIndices = 4096;

function mark8(indices: Uint8Array, used: Uint8Array): void {
  for (let i = 0; i < indices.length; i++) used[indices[i]!] = 1;
}

function mark16(indices: Uint16Array, used: Uint8Array): void {
  for (let i = 0; i < indices.length; i++) used[indices[i]!] = 1;
}

function mark32(indices: Int32Array, used: Uint8Array): void {
  for (let i = 0; i < indices.length; i++) used[indices[i]!] = 1;
}
