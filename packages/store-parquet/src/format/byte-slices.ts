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
 */
export function sliceByLengths(body: Uint8Array, offset: number, count: number): ByteSlices {
  checkAllocation(count * 8, "a page");
  const lengths = new Int32Array(count);
  let at = Math.min(unpackDeltas(body, offset, lengths), body.byteLength);
  const starts = new Int32Array(count);
  const ends = lengths;
  for (let i = 0; i < count; i++) {
    const length = lengths[i]!;
    if (length < 0 || length > body.byteLength - at) throw damagedParquet("a page holds fewer values than it states");
    starts[i] = at;
    at += length;
    ends[i] = at;
  }
  return { starts, ends, bytes: body, contiguous: true };
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
