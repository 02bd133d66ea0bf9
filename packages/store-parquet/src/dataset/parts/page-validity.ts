import { unpackBitRuns } from "../../format/run-length.js";

/**
 * The validity of a page from its definition levels, as a bitmap; `undefined` where every row holds a value. One bit-packed run, as
 * Larder writes them, is the bitmap itself: a view.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md#run-length-encoding--bit-packing-hybrid-rle--3
 *
 * @throws LarderError `damaged-parquet`
 */
export function pageValidity(levels: Uint8Array, rows: number): Uint8Array | undefined {
  let header = 0;
  let at = 0;
  for (let shift = 0; shift <= 28 && at < levels.length; shift += 7) {
    const byte = levels[at++]!;
    header += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  const length = Math.floor(header / 2);
  if ((header & 1) === 0) {
    if (length >= rows && levels[at] === 1) return undefined;
  } else if (length * 8 >= rows && at + Math.ceil(rows / 8) <= levels.length) return levels.subarray(at);
  return unpackBitRuns(levels, rows);
}
