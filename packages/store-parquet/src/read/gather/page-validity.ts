import { unpackBitRuns, unpackOldLevels } from "../../format/run-length.js";
import type { StoredLevels } from "../page-parts.js";

/**
 * The validity of a page from its definition levels, as a bitmap; `undefined` where every row holds a value. One bit-packed run, as
 * Larder writes them, is the bitmap itself: a view.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md#run-length-encoding--bit-packing-hybrid-rle--3
 *
 * @throws LarderError `damaged-parquet`
 */
export function pageValidity({ bytes, old }: StoredLevels, rows: number): Uint8Array | undefined {
  if (old) return oldValidity(bytes, rows);
  let header = 0;
  let at = 0;
  for (let shift = 0; shift <= 28 && at < bytes.length; shift += 7) {
    const byte = bytes[at++]!;
    header += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  const length = Math.floor(header / 2);
  if ((header & 1) === 0) {
    if (length >= rows && bytes[at] === 1) return undefined;
  } else if (length * 8 >= rows && at + Math.ceil(rows / 8) <= bytes.length) return bytes.subarray(at);
  return unpackBitRuns(bytes, rows);
}

function oldValidity(bytes: Uint8Array, rows: number): Uint8Array {
  const levels = unpackOldLevels(bytes, 1, rows);
  const bits = new Uint8Array((rows + 7) >>> 3);
  for (let row = 0; row < rows; row++) bits[row >>> 3]! |= levels[row]! << (row & 7);
  return bits;
}
