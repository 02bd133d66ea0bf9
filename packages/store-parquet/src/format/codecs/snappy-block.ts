import { damagedParquet } from "../parquet-errors.js";
import { copyBack } from "./copy-back.js";

/** {@link uncompressSnappyInto} fresh memory. */
export function uncompressSnappy(input: Uint8Array, byteLength: number): Uint8Array {
  const output = new Uint8Array(byteLength);
  uncompressSnappyInto(input, output);
  return output;
}

/**
 * Decompresses a raw Snappy block, every length checked: the decoder of hyparquet 1.31 can go backwards on a damaged
 * block and then never ends.
 *
 * Source: https://github.com/google/snappy/blob/main/format_description.txt
 *
 * @throws LarderError `damaged-parquet` when it does not come to as many bytes as `output` has
 */
export function uncompressSnappyInto(input: Uint8Array, output: Uint8Array): void {
  const { byteLength } = output;
  let at = 0;
  let stated = 0;
  for (let shift = 0; ; shift += 7) {
    const byte = input[at++];
    if (byte === undefined || shift > 28) throw broken();
    stated += (byte & 0x7f) * 2 ** shift;
    if (byte < 0x80) break;
  }
  if (stated !== byteLength) throw broken();
  let used = 0;
  while (at < input.byteLength) {
    const tag = input[at++]!;
    if ((tag & 3) === 0) {
      let length = tag >>> 2;
      if (length >= 60) {
        const extra = length - 59;
        length = littleEndian(input, at, extra);
        at += extra;
      }
      length++;
      if (length > input.byteLength - at || length > byteLength - used) throw broken();
      if (length > 24) output.set(input.subarray(at, at + length), used);
      else for (let i = 0; i < length; i++) output[used + i] = input[at + i]!;
      at += length;
      used += length;
      continue;
    }
    let length = (tag >>> 2) + 1;
    let distance: number;
    if ((tag & 3) === 1) {
      length = ((tag >>> 2) & 7) + 4;
      distance = ((tag >>> 5) << 8) | littleEndian(input, at, 1);
      at += 1;
    } else {
      const width = (tag & 3) === 2 ? 2 : 4;
      distance = littleEndian(input, at, width);
      at += width;
    }
    if (distance === 0 || distance > used || length > byteLength - used) throw broken();
    copyBack(output, used, distance, length);
    used += length;
  }
  if (used !== byteLength) throw broken();
}

function littleEndian(bytes: Uint8Array, at: number, width: number): number {
  if (at + width > bytes.byteLength) throw broken();
  let value = 0;
  for (let i = 0; i < width; i++) value += bytes[at + i]! * 2 ** (8 * i);
  return value;
}

function broken(): Error {
  return damagedParquet("a page compressed with Snappy does not decompress");
}
