import { damagedParquet } from "./parquet-errors.js";

/**
 * Unpacks DELTA_BINARY_PACKED into `target`, which must have room for exactly the values of the page. Sums wrap, as
 * the format wants it.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md#delta-encoding-delta_binary_packed--5
 *
 * @param offset where it begins
 * @returns where it ends, which is beyond the body where the padding of the last miniblock was left out
 * @throws LarderError `damaged-parquet`
 */
export function unpackDeltas(body: Uint8Array, offset: number, target: Int32Array | BigInt64Array): number {
  const cursor: Cursor = { body, at: offset, low: 0, high: 0 };
  const blockValues = varint(cursor);
  const miniblocks = varint(cursor);
  const total = varint(cursor);
  const perMiniblock = blockValues / miniblocks;
  if (!(miniblocks > 0 && perMiniblock > 0 && perMiniblock % 8 === 0 && perMiniblock <= 2 ** 20 && miniblocks <= 4096))
    throw damagedParquet("a delta encoded page has impossible blocks");
  if (total !== target.length) throw damagedParquet("a delta encoded page does not hold the values it states");
  zigzag(cursor);
  if (total === 0) return cursor.at;
  const words = new Int32Array(target.buffer, target.byteOffset, target.byteLength / 4);
  const blocks: Blocks = { cursor, total, miniblocks, perMiniblock };
  if (target instanceof BigInt64Array) unpackWide(words, blocks);
  else unpackNarrow(words, blocks);
  return cursor.at;
}

interface Blocks {
  /** Behind the first value, which it has in its halves. */
  readonly cursor: Cursor;
  readonly total: number;
  readonly miniblocks: number;
  readonly perMiniblock: number;
}

/** Values of 32 bits. Sums wrap: what is beyond, which some writers state, makes no difference. */
function unpackNarrow(words: Int32Array, { cursor, total, miniblocks, perMiniblock }: Blocks): void {
  const { body } = cursor;
  let last = cursor.low;
  // Values up to here are written; those behind, up to the next miniblock, are all the last one.
  let written = 0;
  for (let i = 1; i < total; ) {
    zigzag(cursor);
    const least = cursor.low;
    const widths = skip(cursor, miniblocks);
    for (let m = 0; m < miniblocks && i < total; m++) {
      const bitWidth = body[widths + m]!;
      const end = Math.min(i + perMiniblock, total);
      const at = skipMiniblock(cursor, bitWidth, end - i, perMiniblock);
      if (bitWidth !== 0 || least !== 0) {
        if (written < i) words.fill(last, written, i);
        if (bitWidth === 0) last = addNothing(words, i, end, last, least);
        else if (bitWidth === 8) last = addBytes(words, i, end, last, least, body, at);
        else if (bitWidth === 16) last = addPairs(words, i, end, last, least, body, at);
        else last = addBits(words, i, end, last, least, body, at, bitWidth);
        written = end;
      }
      i = end;
    }
  }
  words.fill(last, written, total);
}

// Each adds deltas that are packed alike to the value before and to each other, and returns the last value. Small functions with one
// loop each: large ones stay uncompiled for most of what a short-lived process does.

function addNothing(words: Int32Array, from: number, to: number, last: number, least: number): number {
  for (let i = from; i < to; i++) {
    last = (last + least) | 0;
    words[i] = last;
  }
  return last;
}

function addBytes(
  words: Int32Array,
  from: number,
  to: number,
  last: number,
  least: number,
  body: Uint8Array,
  at: number,
): number {
  for (let i = from; i < to; i++) {
    last = (last + least + body[at++]!) | 0;
    words[i] = last;
  }
  return last;
}

function addPairs(
  words: Int32Array,
  from: number,
  to: number,
  last: number,
  least: number,
  body: Uint8Array,
  at: number,
): number {
  for (let i = from; i < to; i++, at += 2) {
    last = (last + least + (body[at]! | (body[at + 1]! << 8))) | 0;
    words[i] = last;
  }
  return last;
}

function addBits(
  words: Int32Array,
  from: number,
  to: number,
  last: number,
  least: number,
  body: Uint8Array,
  at: number,
  bitWidth: number,
): number {
  const narrow = Math.min(bitWidth, 32);
  for (let i = from, bit = 0; i < to; i++, bit += bitWidth) {
    last = (last + least + bitsAt(body, at, bit, narrow)) | 0;
    words[i] = last;
  }
  return last;
}

/** Values of 64 bits, as pairs of words. */
function unpackWide(words: Int32Array, { cursor, total, miniblocks, perMiniblock }: Blocks): void {
  const { body } = cursor;
  let { low, high } = cursor;
  words[0] = low;
  words[1] = high;
  for (let i = 1; i < total; ) {
    zigzag(cursor);
    const { low: leastLow, high: leastHigh } = cursor;
    const widths = skip(cursor, miniblocks);
    for (let m = 0; m < miniblocks && i < total; m++) {
      const bitWidth = body[widths + m]!;
      const end = Math.min(i + perMiniblock, total);
      const at = skipMiniblock(cursor, bitWidth, end - i, perMiniblock);
      const lowWidth = Math.min(bitWidth, 32);
      for (let bit = 0; i < end; i++, bit += bitWidth) {
        const sum = (low >>> 0) + (leastLow >>> 0) + bitsAt(body, at, bit, lowWidth);
        const upper = bitWidth <= 32 ? 0 : bitsAt(body, at, bit + 32, bitWidth - 32);
        low = sum | 0;
        high = (high + leastHigh + upper + Math.floor(sum / 2 ** 32)) | 0;
        words[2 * i] = low;
        words[2 * i + 1] = high;
      }
    }
  }
}

/** Passes a miniblock of which the first `count` deltas are wanted, and returns where it begins. */
function skipMiniblock(cursor: Cursor, bitWidth: number, count: number, perMiniblock: number): number {
  if (bitWidth > 64) throw damagedParquet(`a delta of ${bitWidth} bits is not possible`);
  // A miniblock is padded to its full length, but nothing depends on the padding of the last one.
  const start = skip(cursor, Math.ceil((count * bitWidth) / 8));
  cursor.at = start + (perMiniblock * bitWidth) / 8;
  return start;
}

interface Cursor {
  readonly body: Uint8Array;
  at: number;
  /** The two halves of the number read last by {@link zigzag}. */
  low: number;
  high: number;
}

/** Passes bytes that must be there, and returns where they begin. */
function skip(cursor: Cursor, length: number): number {
  const { body, at } = cursor;
  if (length > body.byteLength - at) throw damagedParquet("a delta encoded page ends too early");
  cursor.at = at + length;
  return at;
}

function varint(cursor: Cursor): number {
  let value = 0;
  for (let shift = 0; shift <= 28; shift += 7) {
    const byte = cursor.body[skip(cursor, 1)]!;
    value += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) return value;
  }
  throw damagedParquet("a delta encoded page states an impossible number");
}

/** Reads a number of up to 64 bits into `low` and `high`. */
function zigzag(cursor: Cursor): void {
  let low = 0;
  let high = 0;
  for (let shift = 0; ; shift += 7) {
    if (shift > 63) throw damagedParquet("a delta encoded page has a number without an end");
    const byte = cursor.body[skip(cursor, 1)]!;
    const bits = byte & 0x7f;
    if (shift < 32) low |= bits << shift;
    if (shift > 28) high |= shift >= 32 ? bits << (shift - 32) : 0;
    else if (shift === 28) high |= bits >>> 4;
    if (byte < 0x80) break;
  }
  const negative = -(low & 1);
  cursor.low = ((low >>> 1) | (high << 31)) ^ negative;
  cursor.high = (high >>> 1) ^ negative;
}

/** Up to 32 bits from bit `bit` behind byte `start`, as an unsigned number. */
function bitsAt(bytes: Uint8Array, start: number, bit: number, bitWidth: number): number {
  if (bitWidth === 0) return 0;
  const at = start + (bit >>> 3);
  const shift = bit & 7;
  let low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
  if (bitWidth + shift <= 24) return (low >>> shift) & ((1 << bitWidth) - 1);
  low += (bytes[at + 3] ?? 0) * 2 ** 24 + (bytes[at + 4] ?? 0) * 2 ** 32;
  return Math.floor(low / 2 ** shift) % 2 ** bitWidth;
}
