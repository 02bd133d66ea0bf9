import { LarderError } from "@larder/core";
import { copyBits, countBits, getBit } from "../format/bitmaps.js";
import type { BoundsOrder } from "../format/bounds-order.js";
import type { EncodedBounds, EncodedPage } from "../format/encoded-chunk.js";
import { boundsOfPlain } from "./column-bounds.js";
import type { GatheredRows, GatheredValues } from "./gather-column.js";

/** Bytes of values in a page, about: few enough that a preview reads little, many enough that headers cost nothing. */
const pageBytes = 65_536;

/** Sizes in page headers are 32-bit; levels take some of it. */
const mostPageBytes = 2 ** 31 - 2 ** 20;

/** Cuts rows into pages of PLAIN values, nulls left out. Without an order the pages have no bounds. */
export function encodePlainPages(
  column: GatheredRows,
  optional: boolean,
  order: BoundsOrder | undefined,
): EncodedPage[] {
  return pageCuts(column).map(([start, end]) => {
    const { levels, nullCount } = encodeLevels(column, start, end, optional);
    const body = plainBody(column, start, end, nullCount);
    const bounds = order && boundsOfPlain(order, body, end - start - nullCount);
    return { ...flatPage(start, end, nullCount, levels), encoding: "PLAIN", body, ...(bounds && { bounds }) };
  });
}

/**
 * Cuts rows into pages of dictionary indices.
 *
 * @param indices one for each row, any where it is null
 * @param boundsOf the bounds of a page by its indices
 */
export function encodeIndexPages(
  column: GatheredRows,
  indices: Int32Array,
  dictionarySize: number,
  optional: boolean,
  boundsOf: (indices: Int32Array) => EncodedBounds | undefined,
): EncodedPage[] {
  const pages: EncodedPage[] = [];
  const rows = pageBytes / indexBytes(dictionarySize);
  for (let start = 0; start < column.rows; start += rows) {
    const end = Math.min(start + rows, column.rows);
    const { levels, nullCount } = encodeLevels(column, start, end, optional);
    const present = nullCount === 0 ? indices.subarray(start, end) : presentOf(indices, column.validity!, start, end);
    const bounds = boundsOf(present);
    const body = indexBody(present, dictionarySize);
    const page = flatPage(start, end, nullCount, levels);
    pages.push({ ...page, encoding: "RLE_DICTIONARY", body, ...(bounds && { bounds }) });
  }
  return pages;
}

function flatPage(start: number, end: number, nullCount: number, definitionLevels: Uint8Array) {
  const rows = end - start;
  return { firstRow: start, rows, entries: rows, nullCount, repetitionLevels: new Uint8Array(0), definitionLevels };
}

/** The PLAIN encoding of all values that are not null, for dictionary pages. */
export function encodePlainValues(column: GatheredRows): Uint8Array {
  return plainBody(column, 0, column.rows, column.nullCount);
}

/** Where pages begin and end: every {@link pageBytes} of values, at a multiple of 8 rows where there are as many. */
function pageCuts({ rows, values }: GatheredRows): [start: number, end: number][] {
  const cuts: [number, number][] = [];
  for (let start = 0, end = 0; start < rows; start = end) {
    end = Math.min(start + rowsOfPage(values, start, rows), rows);
    cuts.push([start, end]);
  }
  return cuts;
}

function rowsOfPage(values: GatheredValues, start: number, rows: number): number {
  switch (values.kind) {
    case "nothing":
      return rows;
    case "bits":
      return pageBytes * 8;
    case "fixed":
      return wholeBytes(Math.floor(pageBytes / values.width));
    case "bytes": {
      const { offsets } = values;
      const before = Number(offsets[start]!);
      const fits = (end: number): boolean => Number(offsets[end]!) - before + 4 * (end - start) <= pageBytes;
      let low = start;
      let high = rows;
      while (low < high) {
        const middle = (low + high + 1) >>> 1;
        if (fits(middle)) low = middle;
        else high = middle - 1;
      }
      return low === rows ? rows - start : wholeBytes(low - start);
    }
  }
}

/** A multiple of 8 rows, so that validity bitmaps are copied by bytes; at least one row. */
function wholeBytes(rows: number): number {
  return rows >= 8 ? rows - (rows % 8) : Math.max(rows, 1);
}

/** Definition levels as one run: repeated where all are alike, else bit-packed, which is the bitmap itself. */
function encodeLevels(
  { validity }: GatheredRows,
  start: number,
  end: number,
  optional: boolean,
): { levels: Uint8Array; nullCount: number } {
  const rows = end - start;
  const nullCount = validity ? rows - countBits(validity, start, rows) : 0;
  if (!optional) return { levels: new Uint8Array(0), nullCount };
  if (nullCount === 0 || nullCount === rows) {
    return { levels: Uint8Array.from([...varint(rows << 1), nullCount === 0 ? 1 : 0]), nullCount };
  }
  const byteCount = (rows + 7) >>> 3;
  const header = varint((byteCount << 1) | 1);
  const levels = new Uint8Array(header.length + byteCount);
  levels.set(header);
  copyBits(validity!, start, levels.subarray(header.length), 0, rows);
  return { levels, nullCount };
}

/** Bit width, then one bit-packed run of whole bytes: readers may take the run as an array. */
export function indexBody(indices: Int32Array, dictionarySize: number): Uint8Array {
  if (indices.length === 0) return Uint8Array.of(0);
  const groups = (indices.length + 7) >>> 3;
  const width = indexBytes(dictionarySize) * 8;
  const header = [width, ...varint((groups << 1) | 1)];
  const body = new Uint8Array(header.length + groups * width);
  body.set(header);
  let at = header.length;
  if (width === 8) for (let i = 0; i < indices.length; i++) body[at++] = indices[i]!;
  else {
    for (let i = 0; i < indices.length; i++) {
      const index = indices[i]!;
      body[at++] = index;
      body[at++] = index >>> 8;
    }
  }
  return body;
}

/** Whole bytes, so that a reader may take them as an array. */
export function indexBytes(dictionarySize: number): number {
  return dictionarySize <= 0x100 ? 1 : 2;
}

/** The indices of the rows from `start` to `end` that hold a value. */
export function presentOf(indices: Int32Array, validity: Uint8Array, start: number, end: number): Int32Array {
  const present = new Int32Array(end - start);
  let count = 0;
  for (let row = start; row < end; row++) if (getBit(validity, row)) present[count++] = indices[row]!;
  return present.subarray(0, count);
}

/** The PLAIN encoding of the values of some rows, nulls left out; `nullCount` is that of those rows. */
export function plainBody(
  { values, validity }: GatheredRows,
  start: number,
  end: number,
  nullCount: number,
): Uint8Array {
  const valid = nullCount === 0 ? undefined : validity;
  switch (values.kind) {
    case "nothing":
      return new Uint8Array(0);
    case "bits":
      return plainBits(values.bits, valid, start, end, nullCount);
    case "fixed":
      return valid ? presentFixed(values, valid, start, end, nullCount) : fixedSlice(values, start, end);
    case "bytes":
      return plainBytes(values, valid, start, end);
  }
}

function plainBits(
  bits: Uint8Array,
  valid: Uint8Array | undefined,
  start: number,
  end: number,
  nullCount: number,
): Uint8Array {
  const body = new Uint8Array((end - start - nullCount + 7) >>> 3);
  if (!valid) copyBits(bits, start, body, 0, end - start);
  else {
    let count = 0;
    for (let row = start; row < end; row++) {
      if (!getBit(valid, row)) continue;
      if (getBit(bits, row)) body[count >>> 3]! |= 1 << (count & 7);
      count++;
    }
  }
  return body;
}

type Fixed = Extract<GatheredValues, { kind: "fixed" }>;

function fixedSlice({ bytes, width }: Fixed, start: number, end: number): Uint8Array {
  return bytes.subarray(start * width, end * width);
}

function presentFixed(
  { bytes, width }: Fixed,
  valid: Uint8Array,
  start: number,
  end: number,
  nullCount: number,
): Uint8Array {
  const body = new Uint8Array((end - start - nullCount) * width);
  // Words where the width and the memory allow it. Never floats: copying those may change the bits of a NaN.
  if (width % 4 === 0 && bytes.byteOffset % 4 === 0) {
    const source = new Uint32Array(bytes.buffer, bytes.byteOffset, bytes.byteLength >>> 2);
    copyPresent(source, new Uint32Array(body.buffer), width / 4, valid, start, end);
  } else copyPresent(bytes, body, width, valid, start, end);
  return body;
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

function plainBytes(
  { offsets, bytes }: Extract<GatheredValues, { kind: "bytes" }>,
  valid: Uint8Array | undefined,
  start: number,
  end: number,
): Uint8Array {
  const bounds = new Float64Array(end - start + 1);
  for (let i = 0; i < bounds.length; i++) bounds[i] = Number(offsets[start + i]!);
  let total = 0;
  for (let i = 0; i < end - start; i++) {
    if (!valid || getBit(valid, start + i)) total += 4 + bounds[i + 1]! - bounds[i]!;
  }
  if (total > mostPageBytes) {
    throw new LarderError(
      `The table has a value, or a dictionary, of ${total} bytes, and a Parquet page can hold ${mostPageBytes}. Store it outside the table.`,
      { code: "unstorable-table", facts: { byteLength: total, most: mostPageBytes } },
    );
  }
  const body = new Uint8Array(total);
  let at = 0;
  for (let i = 0; i < end - start; i++) {
    if (valid && !getBit(valid, start + i)) continue;
    const from = bounds[i]!;
    const to = bounds[i + 1]!;
    const length = to - from;
    body[at] = length;
    body[at + 1] = length >>> 8;
    body[at + 2] = length >>> 16;
    body[at + 3] = length >>> 24;
    at += 4;
    // A call costs more than copying a short string by hand.
    if (length > 32) body.set(bytes.subarray(from, to), at);
    else for (let j = 0; j < length; j++) body[at + j] = bytes[from + j]!;
    at += length;
  }
  return body;
}

function varint(value: number): number[] {
  const bytes: number[] = [];
  let rest = value;
  for (; rest > 0x7f; rest >>>= 7) bytes.push((rest & 0x7f) | 0x80);
  bytes.push(rest);
  return bytes;
}
