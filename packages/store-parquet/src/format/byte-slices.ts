import { checkAllocation } from "./allocation-limit.js";
import { unpackDeltas } from "./delta.js";
import { damagedParquet, unsupportedParquet } from "./parquet-errors.js";

/** Byte strings side by side: value i is `bytes[starts[i] … ends[i]]`. */
export interface ByteSlices {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  readonly bytes: Uint8Array;
  /** Each value begins where the one before ends. */
  readonly contiguous?: true;
}

/**
 * DELTA_LENGTH_BYTE_ARRAY: all lengths, then all bytes. Nothing is copied.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md#delta-length-byte-array-delta_length_byte_array--6
 *
 * @param bounds memory for `count` bounds and one more
 * @throws LarderError `damaged-parquet`
 */
export function sliceByLengths(
  body: Uint8Array,
  offset: number,
  count: number,
  bounds: Int32Array = freshBounds(count),
): ByteSlices {
  const ends = bounds.subarray(1, count + 1);
  const start = Math.min(unpackDeltas(body, offset, ends), body.byteLength);
  bounds[0] = start;
  addUp(ends, start, body.byteLength);
  return { starts: bounds.subarray(0, count), ends, bytes: body, contiguous: true };
}

function freshBounds(count: number): Int32Array {
  checkAllocation(count * 4, "a page");
  return new Int32Array(count + 1);
}

/**
 * Makes lengths of values that stand side by side the ends of the values.
 *
 * @param first where the first begins
 * @param most where the last may end
 * @throws LarderError `damaged-parquet`
 */
export function addUp(lengths: Int32Array, first: number, most: number): void {
  let at = first;
  let signs = 0;
  for (let i = 0; i < lengths.length; i++) {
    const length = lengths[i]!;
    signs |= length;
    at += length;
    lengths[i] = at;
  }
  // Where none is negative, the sum exceeds the bytes as soon as a part of it does.
  if (signs < 0 || at > most) throw damagedParquet("a page holds fewer values than it states");
}

/**
 * DELTA_BYTE_ARRAY: how much each value has in common with the one before it, then the rest of each.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md#delta-strings-delta_byte_array--7
 */
export function joinPrefixes(body: Uint8Array, count: number): ByteSlices {
  checkAllocation(count * 4, "a page");
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
  return { starts, ends, bytes, contiguous: true };
}
