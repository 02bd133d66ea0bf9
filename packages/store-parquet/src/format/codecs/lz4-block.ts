import { damagedParquet } from "../parquet-errors.js";
import { copyBack } from "./copy-back.js";

/**
 * Decompresses an LZ4 block (the codec LZ4_RAW), every length checked.
 *
 * Source: https://github.com/lz4/lz4/blob/dev/doc/lz4_Block_format.md
 *
 * @throws LarderError `damaged-parquet` when it does not come to `byteLength` bytes
 */
export function uncompressLz4(input: Uint8Array, byteLength: number): Uint8Array {
  const output = new Uint8Array(byteLength);
  uncompressLz4Into(input, output);
  return output;
}

/** {@link uncompressLz4} into memory that is there. */
export function uncompressLz4Into(input: Uint8Array, output: Uint8Array): void {
  uncompressBlock(input, output, 0, output.byteLength);
}

/**
 * Decompresses the codec LZ4 of old writers: blocks as Hadoop frames them (both lengths, big-endian, before each) or,
 * as others understood it, one block without a frame.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/Compression.md#lz4
 *
 * @throws LarderError `damaged-parquet` when it is neither
 */
export function uncompressHadoopLz4(input: Uint8Array, byteLength: number): Uint8Array {
  const output = new Uint8Array(byteLength);
  try {
    uncompressFrames(input, output);
    return output;
  } catch {
    return uncompressLz4(input, byteLength);
  }
}

/** A frame may hold several blocks; its first length is that of all of them. */
function uncompressFrames(input: Uint8Array, output: Uint8Array): void {
  const view = new DataView(input.buffer, input.byteOffset, input.byteLength);
  let at = 0;
  let used = 0;
  while (at < input.byteLength) {
    if (at + 8 > input.byteLength) throw broken();
    const frameEnd = used + view.getUint32(at);
    at += 4;
    if (frameEnd > output.byteLength) throw broken();
    do {
      if (at + 4 > input.byteLength) throw broken();
      const length = view.getUint32(at);
      at += 4;
      if (length > input.byteLength - at) throw broken();
      used = uncompressBlock(input.subarray(at, at + length), output, used, frameEnd, true);
      at += length;
    } while (used < frameEnd);
  }
  if (used !== output.byteLength) throw broken();
}

/** Fills `output` from `start` to `end`; with `partial`, to anywhere up to `end`. Returns where it stopped. */
function uncompressBlock(input: Uint8Array, output: Uint8Array, start: number, end: number, partial = false): number {
  let used = start;
  let at = 0;
  while (at < input.byteLength) {
    const token = input[at++]!;
    let literals = token >>> 4;
    if (literals === 15) {
      for (let byte = 255; byte === 255; literals += byte) byte = byteAt(input, at++);
    }
    if (literals > input.byteLength - at || literals > end - used) throw broken();
    output.set(input.subarray(at, at + literals), used);
    at += literals;
    used += literals;
    // The last sequence has literals only.
    if (at === input.byteLength) break;
    const distance = byteAt(input, at) | (byteAt(input, at + 1) << 8);
    at += 2;
    let length = (token & 15) + 4;
    if (length === 19) {
      for (let byte = 255; byte === 255; length += byte) byte = byteAt(input, at++);
    }
    if (distance === 0 || distance > used - start || length > end - used) throw broken();
    copyBack(output, used, distance, length);
    used += length;
  }
  if (used !== end && !(partial && used > start)) throw broken();
  return used;
}

function byteAt(bytes: Uint8Array, at: number): number {
  const byte = bytes[at];
  if (byte === undefined) throw broken();
  return byte;
}

function broken(): Error {
  return damagedParquet("a page compressed with LZ4 does not decompress");
}
