import { damagedParquet } from "../format/parquet-errors.js";

// Values of text, most of them short, one after the other. A call costs more than copying a short one by hand, and that goes by eight
// bytes: what is copied beyond a value is overwritten by the next one, and stays within both memories. In words, never in floats: those
// may change the bits of a NaN.

/** From here on a call costs less. */
const longBytes = 96;

/** Where values are copied to: their bytes from `to` on, and where each ends from `ends[at]` on. */
export interface TextTarget {
  readonly data: Uint8Array;
  readonly ends: Int32Array;
  readonly at: number;
  readonly to: number;
}

/**
 * Copies PLAIN values, each with its length before it.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md#plain-plain--0
 *
 * @param target its data must have room for all that `bytes` hold beyond four for each value
 * @returns where the last one ends
 * @throws LarderError `damaged-parquet` when there are fewer than `count`
 */
export function copyPlainText(bytes: Uint8Array, count: number, { data, ends, at, to }: TextTarget): number {
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const target = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const end = bytes.byteLength;
  const safeFrom = end - 8;
  const safeTo = data.byteLength - 8;
  let from = 0;
  for (let i = at; i < at + count; i++) {
    if (from + 4 > end) throw tooFew();
    const length = source.getInt32(from, true);
    from += 4;
    const stop = from + length;
    if (length < 0 || stop > end) throw tooFew();
    if (length > longBytes || stop > safeFrom || to + length > safeTo) data.set(bytes.subarray(from, stop), to);
    else {
      for (let f = from, t = to; f < stop; f += 8, t += 8) {
        target.setInt32(t, source.getInt32(f, true), true);
        target.setInt32(t + 4, source.getInt32(f + 4, true), true);
      }
    }
    from = stop;
    to += length;
    ends[i] = to;
  }
  return to;
}

/** The entries of a dictionary, to be copied by their index. */
export interface TextEntries {
  readonly starts: Int32Array;
  readonly ends: Int32Array;
  /** Eight bytes more than the entries take. */
  readonly bytes: Uint8Array;
}

/**
 * Copies entries of a dictionary by their indices, from `first` to `last`: each must be that of an entry.
 *
 * @param target its data must have room for all of them
 * @returns where the last one ends
 */
export function copyByIndex(
  { starts, ends: entryEnds, bytes }: TextEntries,
  indices: Int32Array,
  first: number,
  last: number,
  { data, ends, at, to }: TextTarget,
): number {
  const source = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const target = new DataView(data.buffer, data.byteOffset, data.byteLength);
  const safeTo = data.byteLength - 8;
  for (let i = first; i < last; i++) {
    const index = indices[i]!;
    const start = starts[index]!;
    const stop = entryEnds[index]!;
    const length = stop - start;
    if (length > longBytes || to + length > safeTo) data.set(bytes.subarray(start, stop), to);
    else {
      for (let f = start, t = to; f < stop; f += 8, t += 8) {
        target.setInt32(t, source.getInt32(f, true), true);
        target.setInt32(t + 4, source.getInt32(f + 4, true), true);
      }
    }
    to += length;
    ends[at++] = to;
  }
  return to;
}

/** What a page that ends too early is refused with. */
export function tooFew(): Error {
  return damagedParquet("a page holds fewer values than it states");
}
