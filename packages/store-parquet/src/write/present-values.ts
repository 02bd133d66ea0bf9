import { LarderError } from "@larder/core";
import { copyBits, getBit } from "../format/bitmaps.js";
import { type GatheredRows, type GatheredValues, raggedColumn } from "./gather-column.js";

/** The values of some rows side by side, nulls left out: views of the table's memory wherever that holds them so. */
export type PresentValues =
  | { readonly kind: "nothing" }
  /** Bit 0 is the first; bits beyond the last are 0. */
  | { readonly kind: "bits"; readonly bits: Uint8Array }
  | { readonly kind: "fixed"; readonly width: number; readonly bytes: Uint8Array }
  /** Value i is `bytes[offsets[i] … offsets[i + 1]]`, within `bytes`: never descending. */
  | { readonly kind: "bytes"; readonly offsets: Int32Array; readonly bytes: Uint8Array };

/** Sizes in page headers are 32-bit; levels take some of it. */
const mostPageBytes = 2 ** 31 - 2 ** 20;

/**
 * The values of the rows from `start` to `end`.
 *
 * @param nullCount of those rows
 * @throws LarderError `unstorable-table` where they are more than a page can hold, `ragged-table` for offsets that are none
 */
export function presentValues(
  { rows, values, validity }: GatheredRows,
  start: number,
  end: number,
  nullCount: number,
): PresentValues {
  const valid = nullCount === 0 ? undefined : validity;
  switch (values.kind) {
    case "nothing":
      return values;
    case "bits":
      return { kind: "bits", bits: presentBits(values.bits, rows, valid, start, end, nullCount) };
    case "fixed": {
      const { bytes, width } = values;
      const present = valid
        ? presentFixed(values, valid, start, end, nullCount)
        : bytes.subarray(start * width, end * width);
      return { kind: "fixed", width, bytes: present };
    }
    case "bytes":
      return presentBytes(values, valid, start, end, end - start - nullCount);
  }
}

/** Like {@link GatheredRows}, of values that are all there. */
export function allPresent(column: GatheredRows): PresentValues {
  return presentValues(column, 0, column.rows, column.nullCount);
}

function presentBits(
  bits: Uint8Array,
  rows: number,
  valid: Uint8Array | undefined,
  start: number,
  end: number,
  nullCount: number,
): Uint8Array {
  // Gathered bits have zeros behind the last row.
  if (!valid && start % 8 === 0 && (end % 8 === 0 || end === rows)) {
    return bits.subarray(start >>> 3, (end + 7) >>> 3);
  }
  const present = new Uint8Array((end - start - nullCount + 7) >>> 3);
  if (!valid) copyBits(bits, start, present, 0, end - start);
  else {
    let count = 0;
    for (let row = start; row < end; row++) {
      if (!getBit(valid, row)) continue;
      if (getBit(bits, row)) present[count >>> 3]! |= 1 << (count & 7);
      count++;
    }
  }
  return present;
}

function presentFixed(
  { bytes, width }: Extract<GatheredValues, { kind: "fixed" }>,
  valid: Uint8Array,
  start: number,
  end: number,
  nullCount: number,
): Uint8Array {
  const byteLength = (end - start - nullCount) * width;
  // With room for one value more: what is null is written too, and then written over.
  const present = new Uint8Array(byteLength + width);
  // Words where the width and the memory allow it. Never floats: copying those may change the bits of a NaN.
  if (width % 4 === 0 && bytes.byteOffset % 4 === 0) {
    const source = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2);
    const target = new Uint32Array(present.buffer);
    if (width === 8) copyPairs(source, target, valid, start, end);
    else if (width === 4) copyWords(source, target, valid, start, end);
    else copyPresent(source, target, width / 4, valid, start, end);
  } else copyPresent(bytes, present, width, valid, start, end);
  return present.subarray(0, byteLength);
}

function copyPairs(source: Uint32Array, target: Uint32Array, valid: Uint8Array, start: number, end: number): void {
  for (let row = start, at = 0; row < end; row++) {
    target[at] = source[2 * row]!;
    target[at + 1] = source[2 * row + 1]!;
    at += ((valid[row >>> 3]! >>> (row & 7)) & 1) << 1;
  }
}

function copyWords(source: Uint32Array, target: Uint32Array, valid: Uint8Array, start: number, end: number): void {
  for (let row = start, at = 0; row < end; row++) {
    target[at] = source[row]!;
    at += (valid[row >>> 3]! >>> (row & 7)) & 1;
  }
}

function copyPresent<Words extends Uint8Array | Uint32Array>(
  source: Words,
  target: Words,
  words: number,
  valid: Uint8Array,
  start: number,
  end: number,
): void {
  let at = 0;
  for (let row = start; row < end; row++) {
    if (!getBit(valid, row)) continue;
    for (let word = row * words; word < (row + 1) * words; word++) target[at++] = source[word]!;
  }
}

function presentBytes(
  { offsets, bytes }: Extract<GatheredValues, { kind: "bytes" }>,
  valid: Uint8Array | undefined,
  start: number,
  end: number,
  count: number,
): PresentValues {
  const first = Number(offsets[start]!);
  const last = Number(offsets[end]!);
  if (!(first >= 0 && first <= last && last <= bytes.byteLength)) throw raggedColumn();
  const isNarrow = offsets instanceof Int32Array;
  const own = isNarrow ? offsets.subarray(start, end + 1) : numbersOf(offsets, start, end);
  if (!isAscending(own)) throw raggedColumn();
  if (!valid) {
    checkPageBytes(last - first + 4 * count);
    if (own instanceof Int32Array) return { kind: "bytes", offsets: own, bytes };
    return {
      kind: "bytes",
      offsets: Int32Array.from(own, (offset) => offset - first),
      bytes: bytes.subarray(first, last),
    };
  }
  const present = new Int32Array(count + 1);
  const total = placePresent(own, valid, start, present);
  checkPageBytes(total + 4 * count);
  // Arrow's builders give nulls no bytes: then those of the others lie side by side already.
  const joined = total === last - first ? bytes.subarray(first, last) : joinedPresent(own, bytes, valid, start, total);
  return { kind: "bytes", offsets: present, bytes: joined };
}

function numbersOf(offsets: BigInt64Array, start: number, end: number): Float64Array {
  const numbers = new Float64Array(end - start + 1);
  for (let i = 0; i < numbers.length; i++) numbers[i] = Number(offsets[start + i]!);
  return numbers;
}

function isAscending(offsets: Int32Array | Float64Array): boolean {
  let before = offsets[0]!;
  for (let i = 1; i < offsets.length; i++) {
    const offset = offsets[i]!;
    if (offset < before) return false;
    before = offset;
  }
  return true;
}

/** Where the values that are not null would begin and end, side by side. Returns how many bytes they have. */
function placePresent(
  offsets: Int32Array | Float64Array,
  valid: Uint8Array,
  start: number,
  present: Int32Array,
): number {
  let total = 0;
  let count = 0;
  for (let i = 0; i < offsets.length - 1; i++) {
    const row = start + i;
    if (((valid[row >>> 3]! >>> (row & 7)) & 1) === 0) continue;
    total += offsets[i + 1]! - offsets[i]!;
    present[++count] = total;
  }
  return total;
}

function joinedPresent(
  offsets: Int32Array | Float64Array,
  bytes: Uint8Array,
  valid: Uint8Array,
  start: number,
  total: number,
): Uint8Array {
  const joined = new Uint8Array(total);
  let at = 0;
  for (let i = 0; i < offsets.length - 1; i++) {
    if (!getBit(valid, start + i)) continue;
    at = copyValue(bytes, offsets[i]!, offsets[i + 1]!, joined, at);
  }
  return joined;
}

/** A call costs more than copying a short string by hand. */
export function copyValue(source: Uint8Array, from: number, to: number, target: Uint8Array, at: number): number {
  const length = to - from;
  if (length > 32) target.set(source.subarray(from, to), at);
  else for (let j = 0; j < length; j++) target[at + j] = source[from + j]!;
  return at + length;
}

function checkPageBytes(byteLength: number): void {
  if (byteLength <= mostPageBytes) return;
  throw new LarderError(
    `The table has a value, or a dictionary, of ${byteLength} bytes, and a Parquet page can hold ${mostPageBytes}. Store it outside the table.`,
    { code: "unstorable-table", facts: { byteLength, most: mostPageBytes } },
  );
}
