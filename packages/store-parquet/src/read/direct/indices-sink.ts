import type { Dictionary, Int32 } from "apache-arrow";
import { areBelow, type Indices } from "../../format/indices-below.js";
import { packedIndices } from "../../format/run-length.js";
import { spreadInPlace } from "../build-fixed.js";
import type { BuilderTarget } from "../column-builder.js";
import { dictionaryEntries } from "../dictionary-entries.js";
import { validityBuilder } from "../validity-builder.js";
import type { PageSink } from "./page-sink.js";
import { freshBytes } from "./scatter.js";

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
        if (!isWholeRun(ahead.subarray(valuesStart), width * 8, count)) return false;
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

/** Whether bytes are the head of one bit-packed run that holds just these indices, and no more. */
function isWholeRun(bytes: Uint8Array, bitWidth: number, count: number): boolean {
  const run = packedIndices(bytes);
  return run?.bitWidth === bitWidth && run.start === bytes.byteLength && run.count === Math.ceil(count / 8) * 8;
}
