import type { Dictionary, Int32 } from "apache-arrow";
import { spreadInPlace } from "../build-fixed.js";
import type { BuilderTarget } from "../column-builder.js";
import { dictionaryEntries } from "../dictionary-entries.js";
import { validityBuilder } from "../validity-builder.js";
import type { PageSink } from "./page-sink.js";
import { freshBytes } from "./scatter.js";

type Indices = Uint8Array | Uint16Array | Int32Array;

/**
 * A dictionary column whose indices lie in the pages as in the column, but for nulls: one bit-packed run of whole bytes.
 *
 * @param width bytes of an index: 1, 2 or 4
 */
export function indicesSink(target: BuilderTarget, width: number): PageSink {
  const { arrow, type, rows } = target;
  const values = freshBytes(rows * width);
  const indices = indicesOver(values, width);
  const validity = validityBuilder(rows);
  const entries = dictionaryEntries(target);
  let map = new Int32Array(0);
  let inOrder = true;
  return {
    values,
    placeOf: ({ row }) => row * width,
    beginChunk(dictionary) {
      ({ map, inOrder } = entries.placesOf(dictionary));
    },
    take(page, { encoding, validity: bitmap, valuesStart }) {
      const { ahead, row, rows: pageRows, nullCount } = page;
      const count = pageRows - nullCount;
      if (count > 0) {
        if (encoding !== "RLE_DICTIONARY" && encoding !== "PLAIN_DICTIONARY") return false;
        if (!isOneRun(ahead.subarray(valuesStart), width * 8, count)) return false;
        if (!areBelow(indices, row, row + count, map.length)) return false;
        if (!inOrder) for (let i = row; i < row + count; i++) indices[i] = map[indices[i]!]!;
      }
      if (bitmap) spreadInPlace(values, width, row, 0, pageRows, count, bitmap);
      validity.append(bitmap ? { validity: bitmap } : {}, 0, pageRows, count);
      return true;
    },
    finish() {
      const filled = { length: rows, data: values as never, dictionary: entries.finish(), ...validity.finish() };
      return arrow.makeData({ type: type as Dictionary<Int32, Int32>, ...filled });
    },
  };
}

/**
 * Whether bytes are the width and the header of one bit-packed run, and no more.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md#run-length-encoding--bit-packing-hybrid-rle--3
 */
function isOneRun(bytes: Uint8Array, bitWidth: number, count: number): boolean {
  if (bytes[0] !== bitWidth) return false;
  let header = 0;
  for (let i = 1, unit = 1; i < bytes.byteLength; i++, unit *= 128) {
    header += (bytes[i]! & 0x7f) * unit;
    if (bytes[i]! < 0x80) return i === bytes.byteLength - 1 && header === Math.ceil(count / 8) * 2 + 1;
  }
  return false;
}

/** Whether all indices name an entry of a dictionary. */
function areBelow(indices: Indices, start: number, end: number, count: number): boolean {
  if (count >= 2 ** (8 * indices.BYTES_PER_ELEMENT) || start === end) return true;
  if (count === 0) return false;
  if (indices instanceof Uint8Array && count <= 0x80) {
    // Four at a time: adding what a byte lacks for its highest bit sets that bit where the index is too large.
    const from = Math.min((start + 3) & ~3, end);
    const to = Math.max(end & ~3, from);
    if (!wordsBelow(new Int32Array(indices.buffer, from, (to - from) >>> 2), (0x80 - count) * 0x01010101)) return false;
    if (!eachBelow(indices, to, end, count)) return false;
    return eachBelow(indices, start, from, count);
  }
  return eachBelow(indices, start, end, count);
}

function wordsBelow(words: Int32Array, missing: number): boolean {
  let bits = 0;
  for (let i = 0; i < words.length; i++) bits |= words[i]! | ((words[i]! & 0x7f7f7f7f) + missing);
  return (bits & 0x80808080) === 0;
}

function eachBelow(indices: Indices, start: number, end: number, count: number): boolean {
  const last = count - 1;
  // The difference is negative for an index beyond the last, or for one that is negative itself.
  let signs = 0;
  for (let i = start; i < end; i++) signs |= (last - indices[i]!) | indices[i]!;
  return signs >= 0;
}

function indicesOver({ buffer, byteLength }: Uint8Array<ArrayBuffer>, width: number): Indices {
  switch (width) {
    case 1:
      return new Uint8Array(buffer, 0, byteLength);
    case 2:
      return new Uint16Array(buffer, 0, byteLength / 2);
    default:
      return new Int32Array(buffer, 0, byteLength / 4);
  }
}
