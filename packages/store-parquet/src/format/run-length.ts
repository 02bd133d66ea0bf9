import { checkAllocation } from "./allocation-limit.js";
import { setBits } from "./bitmaps.js";
import { damagedParquet } from "./parquet-errors.js";

/**
 * Unpacks Parquet's hybrid of repeated and bit-packed runs into `count` numbers of up to 32 bits.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md#run-length-encoding--bit-packing-hybrid-rle--3
 */
export function unpackRuns(body: Uint8Array, bitWidth: number, count: number): Int32Array {
  checkAllocation(count * 4, "the levels or indices of a page");
  const target = new Int32Array(count);
  if (bitWidth === 0) return target;
  if (bitWidth > 32) throw damagedParquet(`an index of ${bitWidth} bits is not possible`);
  eachRun(body, bitWidth, count, (run) => {
    if (run.kind === "repeated") target.fill(run.value, run.from, run.to);
    else unpackBits(run.bytes, bitWidth, target, run.from, run.to);
  });
  return target;
}

/** Unpacks runs of single bits into a bitmap of `count` bits. */
export function unpackBitRuns(body: Uint8Array, count: number): Uint8Array {
  checkAllocation(count / 8, "the levels of a page");
  const bits = new Uint8Array(Math.ceil(count / 8));
  eachRun(body, 1, count, (run) => {
    if (run.kind === "repeated") {
      if (run.value > 1) throw damagedParquet("a level or boolean is neither 0 nor 1");
      if (run.value === 1) setBits(bits, run.from, run.to - run.from);
    } else if ((run.from & 7) === 0) {
      bits.set(run.bytes.subarray(0, (run.to - run.from + 7) >>> 3), run.from >>> 3);
    } else {
      for (let i = run.from; i < run.to; i++) {
        const bit = (run.bytes[(i - run.from) >>> 3]! >>> ((i - run.from) & 7)) & 1;
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

type Run = { readonly from: number; readonly to: number } & (
  | { readonly kind: "repeated"; readonly value: number }
  | { readonly kind: "packed"; readonly bytes: Uint8Array }
);

function eachRun(body: Uint8Array, bitWidth: number, count: number, onRun: (run: Run) => void): void {
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
      onRun({ kind: "packed", from: row, to, bytes: body.subarray(at, at + needed) });
      at += length * bitWidth;
      row = to;
    } else {
      const bytes = (bitWidth + 7) >>> 3;
      if (length === 0 || at + bytes > body.length) throw damagedParquet("a repeated level or index is missing");
      let value = 0;
      for (let i = 0; i < bytes; i++) value |= body[at + i]! << (8 * i);
      if (value >>> 0 >= 2 ** bitWidth) throw damagedParquet("a repeated level or index exceeds its width");
      const to = Math.min(row + length, count);
      onRun({ kind: "repeated", from: row, to, value });
      at += bytes;
      row = to;
    }
  }
}

function unpackBits(bytes: Uint8Array, bitWidth: number, target: Int32Array, from: number, to: number): void {
  if (bitWidth === 8) {
    target.set(bytes.subarray(0, to - from), from);
    return;
  }
  if (bitWidth === 16) {
    for (let i = from, at = 0; i < to; i++, at += 2) target[i] = bytes[at]! | (bytes[at + 1]! << 8);
    return;
  }
  const mask = 2 ** bitWidth - 1;
  let bit = 0;
  for (let i = from; i < to; i++, bit += bitWidth) {
    const at = bit >>> 3;
    const shift = bit & 7;
    // Up to 39 bits are looked at, more than an integer operation holds.
    let low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
    if (bitWidth + shift <= 24) {
      target[i] = (low >>> shift) & mask;
      continue;
    }
    low += (bytes[at + 3] ?? 0) * 2 ** 24 + (bytes[at + 4] ?? 0) * 2 ** 32;
    target[i] = Math.floor(low / 2 ** shift) % 2 ** bitWidth;
  }
}
