import { checkAllocation } from "./allocation-limit.js";
import { damagedParquet, unsupportedParquet } from "./parquet-errors.js";

/** Byte strings side by side: value i is `bytes[starts[i] … ends[i]]`. */
export interface ByteSlices {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly bytes: Uint8Array;
}

/**
 * Unpacks DELTA_BINARY_PACKED into `target`, which must have room for exactly the values of the page. Sums wrap, as
 * the format wants it.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md#delta-encoding-delta_binary_packed--5
 *
 * @param offset where it begins
 * @returns where it ends
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
  const wide = target instanceof BigInt64Array;
  let { low, high } = cursor;
  words[0] = low;
  if (wide) words[1] = high;
  for (let i = 1; i < total; ) {
    zigzag(cursor);
    const { low: leastLow, high: leastHigh } = cursor;
    const widths = take(cursor, miniblocks);
    for (let m = 0; m < miniblocks && i < total; m++) {
      const bitWidth = widths[m]!;
      if (bitWidth > 64) throw damagedParquet(`a delta of ${bitWidth} bits is not possible`);
      const count = Math.min(perMiniblock, total - i);
      // A miniblock is padded to its full length, but nothing depends on the padding of the last one.
      const packed = take(cursor, Math.ceil((count * bitWidth) / 8));
      cursor.at += (perMiniblock * bitWidth) / 8 - packed.byteLength;
      for (let j = 0, bit = 0; j < count; j++, i++, bit += bitWidth) {
        if (!wide) {
          // Sums wrap: what is beyond 32 bits, which some writers state, makes no difference.
          low = (low + leastLow + bitsAt(packed, bit, Math.min(bitWidth, 32))) | 0;
          words[i] = low;
          continue;
        }
        const narrow = bitWidth <= 32;
        const sum = (low >>> 0) + (leastLow >>> 0) + bitsAt(packed, bit, narrow ? bitWidth : 32);
        low = sum | 0;
        high =
          (high + leastHigh + (narrow ? 0 : bitsAt(packed, bit + 32, bitWidth - 32)) + Math.floor(sum / 2 ** 32)) | 0;
        words[2 * i] = low;
        words[2 * i + 1] = high;
      }
    }
  }
  return Math.min(cursor.at, body.byteLength);
}

/**
 * DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes. Nothing is copied.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md#delta-length-byte-array-delta_length_byte_array--6
 */
export function sliceByLengths(body: Uint8Array, offset: number, count: number): ByteSlices {
  const lengths = new Int32Array(count);
  let at = unpackDeltas(body, offset, lengths);
  const starts = new Int32Array(count);
  const ends = lengths;
  for (let i = 0; i < count; i++) {
    const length = lengths[i]!;
    if (length < 0 || length > body.byteLength - at) throw damagedParquet("a page holds fewer values than it states");
    starts[i] = at;
    at += length;
    ends[i] = at;
  }
  return { starts, ends, bytes: body };
}

/**
 * DELTA_BYTE_ARRAY: how much each value has in common with the one before it, then the rest of each.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md#delta-strings-delta_byte_array--7
 */
export function joinPrefixes(body: Uint8Array, count: number): ByteSlices {
  const prefixes = new Int32Array(count);
  const suffixes = sliceByLengths(body, unpackDeltas(body, 0, prefixes), count);
  let total = 0;
  for (let i = 0; i < count; i++) total += Math.max(0, prefixes[i]!) + suffixes.ends[i]! - suffixes.starts[i]!;
  checkAllocation(total, "a page of text or bytes");
  if (total >= 2 ** 31) throw unsupportedParquet("a page with 2 GiB of text or bytes, or more");
  const bytes = new Uint8Array(total);
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  let at = 0;
  let before = 0;
  for (let i = 0; i < count; i++) {
    const prefix = prefixes[i]!;
    if (prefix < 0 || prefix > at - before)
      throw damagedParquet("a value shares more with the one before than that has");
    starts[i] = at;
    bytes.copyWithin(at, before, before + prefix);
    bytes.set(suffixes.bytes.subarray(suffixes.starts[i]!, suffixes.ends[i]!), at + prefix);
    before = at;
    at += prefix + suffixes.ends[i]! - suffixes.starts[i]!;
    ends[i] = at;
  }
  return { starts, ends, bytes };
}

interface Cursor {
  readonly body: Uint8Array;
  at: number;
  /** The two halves of the number read last by {@link zigzag}. */
  low: number;
  high: number;
}

function take(cursor: Cursor, length: number): Uint8Array {
  const { body, at } = cursor;
  if (length > body.byteLength - at) throw damagedParquet("a delta encoded page ends too early");
  cursor.at = at + length;
  return body.subarray(at, at + length);
}

function varint(cursor: Cursor): number {
  let value = 0;
  for (let shift = 0; shift <= 28; shift += 7) {
    const byte = take(cursor, 1)[0]!;
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
    const byte = take(cursor, 1)[0]!;
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

/** Up to 32 bits from bit `bit`, as an unsigned number. */
function bitsAt(bytes: Uint8Array, bit: number, bitWidth: number): number {
  if (bitWidth === 0) return 0;
  const at = bit >>> 3;
  const shift = bit & 7;
  let low = (bytes[at] ?? 0) | ((bytes[at + 1] ?? 0) << 8) | ((bytes[at + 2] ?? 0) << 16);
  if (bitWidth + shift <= 24) return (low >>> shift) & ((1 << bitWidth) - 1);
  low += (bytes[at + 3] ?? 0) * 2 ** 24 + (bytes[at + 4] ?? 0) * 2 ** 32;
  return Math.floor(low / 2 ** shift) % 2 ** bitWidth;
}
