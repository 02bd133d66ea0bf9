import { checkAllocation } from "./allocation-limit.js";
import { setBits } from "./bitmaps.js";
import { damagedParquet } from "./parquet-errors.js";

/**
 * Unpacks Parquet's hybrid of repeated and bit-packed runs into `count` numbers of up to 32 bits.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md#run-length-encoding--bit-packing-hybrid-rle--3
 *
 * @param target memory for exactly `count` numbers
 * @throws LarderError `damaged-parquet`
 */
export function unpackRuns(
  body: Uint8Array,
  bitWidth: number,
  count: number,
  target: Int32Array = freshNumbers(count),
): Int32Array {
  if (bitWidth === 0) return target.fill(0);
  if (bitWidth > 32) throw damagedParquet(`an index of ${bitWidth} bits is not possible`);
  const view = new DataView(body.buffer, body.byteOffset, body.byteLength);
  eachRun(body, bitWidth, count, (from, to, start, value) => {
    if (start < 0) fillRun(target, from, to, value);
    else unpackBits(body, view, start, bitWidth, target, from, to);
  });
  return target;
}

function freshNumbers(count: number): Int32Array {
  checkAllocation(count * 4, "the levels or indices of a page");
  return new Int32Array(count);
}

/** Most runs are short, and a call of `fill` costs as much as a few dozen numbers. */
function fillRun(target: Int32Array, from: number, to: number, value: number): void {
  if (to - from > 64) target.fill(value, from, to);
  else for (let i = from; i < to; i++) target[i] = value;
}

/** Unpacks runs of single bits into a bitmap of `count` bits. */
export function unpackBitRuns(body: Uint8Array, count: number): Uint8Array {
  checkAllocation(count / 8, "the levels of a page");
  const bits = new Uint8Array(Math.ceil(count / 8));
  eachRun(body, 1, count, (from, to, start, value) => {
    if (start < 0) {
      if (value > 1) throw damagedParquet("a level or boolean is neither 0 nor 1");
      if (value === 1) setBits(bits, from, to - from);
    } else if ((from & 7) === 0) {
      copyBytes(body, start, bits, from >>> 3, (to - from + 7) >>> 3);
    } else {
      for (let i = from; i < to; i++) {
        const bit = (body[start + ((i - from) >>> 3)]! >>> ((i - from) & 7)) & 1;
        bits[i >>> 3]! |= bit << (i & 7);
      }
    }
  });
  // Bits beyond the last row are padding: keep them 0.
  if (count & 7) bits[count >>> 3]! &= (1 << (count & 7)) - 1;
  return bits;
}

/** Indices of a page that begin with one bit-packed run: their width in bits, how many the run holds, where it begins. */
export interface PackedIndices {
  readonly bitWidth: number;
  /** With what fills up the last group of eight. */
  readonly count: number;
  readonly start: number;
}

/**
 * The head of dictionary indices: a byte for their width, then the header of a run. `undefined` where that is no bit-packed one, or ends
 * too early.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md#run-length-encoding--bit-packing-hybrid-rle--3
 */
export function packedIndices(body: Uint8Array): PackedIndices | undefined {
  let header = 0;
  for (let at = 1, unit = 1; at < body.byteLength && at <= 5; at++, unit *= 128) {
    const byte = body[at]!;
    header += (byte & 0x7f) * unit;
    if (byte >= 0x80) continue;
    if ((header & 1) === 0) return undefined;
    return { bitWidth: body[0]!, count: Math.floor(header / 2) * 8, start: at + 1 };
  }
  return undefined;
}

/**
 * Unpacks levels in the deprecated BIT_PACKED encoding: from the highest bit of each byte down, without runs.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md#bit-packed-deprecated-bit_packed--4
 */
export function unpackOldLevels(body: Uint8Array, bitWidth: number, count: number): Int32Array {
  if (body.byteLength < packedBytes(bitWidth, count)) throw damagedParquet("the levels of a page exceed it");
  const target = new Int32Array(count);
  for (let i = 0, bit = 0; i < count; i++) {
    let value = 0;
    for (let j = 0; j < bitWidth; j++, bit++)
      value = (value << 1) | ((body[Math.floor(bit / 8)]! >>> (7 - (bit % 8))) & 1);
    target[i] = value;
  }
  return target;
}

/** How many bytes `count` numbers of `bitWidth` bits take, one after the other. */
export function packedBytes(bitWidth: number, count: number): number {
  return Math.ceil((count * bitWidth) / 8);
}

/** A run of numbers, from one place to another: bit-packed from byte `start` on, or, where that is -1, one value again and again. */
type OnRun = (from: number, to: number, start: number, value: number) => void;

/** Tells the runs; those that are bit-packed are checked to lie within the body. */
function eachRun(body: Uint8Array, bitWidth: number, count: number, onRun: OnRun): void {
  let at = 0;
  let row = 0;
  while (row < count) {
    let header = 0;
    for (let shift = 0; ; shift += 7) {
      if (at >= body.length || shift > 28) throw damagedParquet("runs of levels or indices end too early");
      const byte = body[at++]!;
      header += (byte & 0x7f) * 2 ** shift;
      if (byte < 0x80) break;
    }
    const length = Math.floor(header / 2);
    if (header & 1) {
      const to = Math.min(row + length * 8, count);
      // The last run may be cut short where its padding would stand.
      const needed = Math.ceil(((to - row) * bitWidth) / 8);
      if (to === row || at + needed > body.length) throw damagedParquet("a run of levels or indices is too short");
      onRun(row, to, at, 0);
      at += length * bitWidth;
      row = to;
    } else {
      const bytes = (bitWidth + 7) >>> 3;
      if (length === 0 || at + bytes > body.length) throw damagedParquet("a repeated level or index is missing");
      let value = 0;
      for (let i = 0; i < bytes; i++) value |= body[at + i]! << (8 * i);
      if (value >>> 0 >= 2 ** bitWidth) throw damagedParquet("a repeated level or index exceeds its width");
      const to = Math.min(row + length, count);
      onRun(row, to, -1, value);
      at += bytes;
      row = to;
    }
  }
}

/** Numbers in a row whose bits can be counted in 32 bits, whatever their width. A multiple of eight. */
const mostCounted = 2 ** 24;

function unpackBits(
  body: Uint8Array,
  view: DataView,
  start: number,
  bitWidth: number,
  target: Int32Array,
  from: number,
  to: number,
): void {
  for (; to - from > mostCounted; from += mostCounted, start += (mostCounted / 8) * bitWidth) {
    unpackBits(body, view, start, bitWidth, target, from, from + mostCounted);
  }
  if (bitWidth === 8) {
    for (let i = from, at = start; i < to; i++) target[i] = body[at++]!;
    return;
  }
  let next = from;
  if (bitWidth <= 25) {
    // Words that lie within the body hold a number whole, wherever in the first byte it begins.
    const whole = Math.floor(((body.byteLength - 4 - start) * 8 + 7) / bitWidth);
    next = Math.min(to, from + Math.max(0, whole));
    unpackWords(view, start, bitWidth, target, from, next);
  }
  for (let bit = (next - from) * bitWidth; next < to; next++, bit += bitWidth) {
    const at = start + (bit >>> 3);
    const shift = bit & 7;
    // Up to 39 bits are looked at, more than an integer operation holds.
    let low = (body[at] ?? 0) | ((body[at + 1] ?? 0) << 8) | ((body[at + 2] ?? 0) << 16);
    if (bitWidth + shift <= 24) {
      target[next] = (low >>> shift) & (2 ** bitWidth - 1);
      continue;
    }
    low += (body[at + 3] ?? 0) * 2 ** 24 + (body[at + 4] ?? 0) * 2 ** 32;
    target[next] = Math.floor(low / 2 ** shift) % 2 ** bitWidth;
  }
}

function unpackWords(
  view: DataView,
  start: number,
  bitWidth: number,
  target: Int32Array,
  from: number,
  to: number,
): void {
  const mask = 2 ** bitWidth - 1;
  for (let i = from, bit = 0; i < to; i++, bit += bitWidth) {
    target[i] = (view.getInt32(start + (bit >>> 3), true) >>> (bit & 7)) & mask;
  }
}

/** A call costs as much as copying a few bytes by hand. */
function copyBytes(source: Uint8Array, start: number, target: Uint8Array, at: number, length: number): void {
  if (length > 32) target.set(source.subarray(start, start + length), at);
  else for (let i = 0; i < length; i++) target[at + i] = source[start + i]!;
}
