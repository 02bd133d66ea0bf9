import type { Dictionary, Int32 } from "apache-arrow";
import type { ArrowLikeType } from "../arrow/arrow-like.js";
import { widthOf } from "../arrow/type-size.js";
import { damagedParquet } from "../format/parquet-errors.js";
import { spreadInPlace } from "./build-fixed.js";
import type { BuilderTarget, ColumnBuilder } from "./column-builder.js";
import { slicedValues } from "./decode-values.js";
import { dictionaryEntries, valueAt } from "./dictionary-entries.js";
import { grownBytes, usedBytes } from "./grown-bytes.js";
import { validityBuilder } from "./validity-builder.js";

/** Builds dictionary columns: the dictionaries of the row groups become one, indices are renumbered where they differ. */
export function dictionaryBuilder(target: BuilderTarget): ColumnBuilder {
  const { arrow, type, rows } = target;
  const width = widthOf(type as ArrowLikeType);
  let data = new Uint8Array(rows * width);
  let places = arrayOver(data, width);
  const validity = validityBuilder(rows);
  const entries = dictionaryEntries(target);
  let map = new Int32Array(0);
  let inOrder = true;

  return {
    beginChunk(dictionary) {
      ({ map, inOrder } = entries.placesOf(dictionary));
    },
    append(page, from, to, first, last) {
      const values = slicedValues(page.values);
      const at = validity.rows;
      if ((at + to - from) * width > data.byteLength) {
        data = grownBytes(data, (at + to - from) * width);
        places = arrayOver(data, width);
      }
      if (values.kind === "indices") {
        const { indices } = values;
        const limit = map.length;
        for (let i = first; i < last; i++) {
          const index = indices[i]!;
          if (index >>> 0 >= limit) throw damagedParquet("an index has no entry in its dictionary");
          places[at + i - first] = inOrder ? index : map[index]!;
        }
      } else for (let i = first; i < last; i++) places[at + i - first] = entries.placeOf(valueAt(values, i));
      if (last - first < to - from) spreadInPlace(data, width, at, from, to, last - first, page.validity!);
      validity.append(page, from, to, last - first);
    },
    finish() {
      const length = validity.rows;
      const wide = width === 8 ? wideIndices(places, length) : usedBytes(data, length * width);
      return arrow.makeData({
        type: type as Dictionary<Int32, Int32>,
        length,
        data: wide as never,
        dictionary: entries.finish(),
        ...validity.finish(),
      });
    },
  };
}

/** Indices as 64-bit integers, without a bigint for each: none is too large for the lower half. */
function wideIndices(indices: IndexArray, length: number): BigInt64Array {
  const words = new Int32Array(length * 2);
  for (let i = 0; i < length; i++) words[2 * i] = indices[i]!;
  return new BigInt64Array(words.buffer);
}

type IndexArray = Uint8Array | Uint16Array | Int32Array | Float64Array;

/** Indices of 64 bits are counted as numbers and become bigints at the end. */
function arrayOver(data: Uint8Array, width: number): IndexArray {
  switch (width) {
    case 1:
      return data;
    case 2:
      return new Uint16Array(data.buffer);
    case 4:
      return new Int32Array(data.buffer);
    default:
      return new Float64Array(data.buffer);
  }
}
