import type { Data, Dictionary, Int32, Vector } from "apache-arrow";
import type { ArrowLikeType } from "../arrow/arrow-like.js";
import { mostEntries, widthOf } from "../arrow/type-size.js";
import { damagedParquet, unsupportedParquet } from "../format/parquet-errors.js";
import { spreadInPlace } from "./build-fixed.js";
import { type BuilderTarget, type ColumnBuilder, createColumnBuilder } from "./column-builder.js";
import type { DecodedPage, PlainValues } from "./decode-page.js";
import { grownBytes, usedBytes } from "./grown-bytes.js";
import { validityBuilder } from "./validity-builder.js";

/** Builds dictionary columns: the dictionaries of the row groups become one, indices are renumbered where they differ. */
export function dictionaryBuilder({ arrow, type, leaf, rows }: BuilderTarget): ColumnBuilder {
  const { indices: indexType, dictionary: valueType } = type as Dictionary;
  const width = widthOf(indexType as ArrowLikeType);
  const most = mostEntries(indexType as ArrowLikeType);
  let data = new Uint8Array(rows * width);
  let target = arrayOver(data, width);
  const validity = validityBuilder(rows);
  const places = new Map<string, number>();
  const entries: Uint8Array[] = [];
  let previous: PlainValues | undefined;
  let map = new Int32Array(0);
  let inOrder = true;

  const placeOf = (value: Uint8Array): number => {
    const key = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1");
    let place = places.get(key);
    if (place === undefined) {
      place = entries.length;
      if (place >= most) {
        throw unsupportedParquet(
          `a dictionary column has more distinct values than its ${width * 8}-bit indices can count`,
        );
      }
      places.set(key, place);
      entries.push(value);
    }
    return place;
  };

  return {
    beginChunk(dictionary) {
      if (dictionary && previous && sameValues(dictionary, previous)) return;
      previous = dictionary;
      map = Int32Array.from({ length: dictionary?.count ?? 0 }, (_, i) => placeOf(valueAt(dictionary!, i)));
      inOrder = map.every((place, i) => place === i);
    },
    append(page, from, to, first, last) {
      const { values } = page;
      const at = validity.rows;
      if ((at + to - from) * width > data.byteLength) {
        data = grownBytes(data, (at + to - from) * width);
        target = arrayOver(data, width);
      }
      if (values.kind === "indices") {
        const { indices } = values;
        const limit = map.length;
        for (let i = first; i < last; i++) {
          const index = indices[i]!;
          if (index >>> 0 >= limit) throw damagedParquet("an index has no entry in its dictionary");
          target[at + i - first] = inOrder ? index : map[index]!;
        }
      } else for (let i = first; i < last; i++) target[at + i - first] = placeOf(valueAt(values, i));
      if (last - first < to - from) spreadInPlace(data, width, at, from, to, last - first, page.validity!);
      validity.append(page, from, to, last - first);
    },
    finish() {
      const length = validity.rows;
      const wide = width === 8 ? wideIndices(target, length) : usedBytes(data, length * width);
      return arrow.makeData({
        type: type as Dictionary<Int32, Int32>,
        length,
        data: wide as never,
        dictionary: new arrow.Vector([entryData()]) as Vector<Int32>,
        ...validity.finish(),
      });
    },
  };

  function entryData(): Data {
    const count = entries.length;
    const builder = createColumnBuilder({ arrow, type: valueType, leaf, rows: count, byteLength: 0 });
    const page: DecodedPage = { rows: count, nullCount: 0, values: joined(entries, leaf.type === "BYTE_ARRAY") };
    builder.beginChunk(undefined);
    if (count > 0) builder.append(page, 0, count, 0, count);
    return builder.finish();
  }
}

function valueAt(values: PlainValues, i: number): Uint8Array {
  if (values.kind === "fixed") return values.bytes.subarray(i * values.width, (i + 1) * values.width);
  if (values.kind === "slices") return values.bytes.subarray(values.starts[i]!, values.ends[i]!);
  throw damagedParquet("a dictionary column holds booleans");
}

function joined(entries: readonly Uint8Array[], variable: boolean): PlainValues {
  const count = entries.length;
  const bytes = Buffer.concat(entries as Uint8Array[]);
  if (!variable) return { kind: "fixed", count, width: count === 0 ? 1 : bytes.byteLength / count, bytes };
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  let at = 0;
  entries.forEach((entry, i) => {
    starts[i] = at;
    at += entry.byteLength;
    ends[i] = at;
  });
  return { kind: "slices", count, starts, ends, bytes };
}

function sameValues(left: PlainValues, right: PlainValues): boolean {
  if (left.kind === "bits" || right.kind === "bits") return false;
  return left.count === right.count && left.kind === right.kind && Buffer.compare(left.bytes, right.bytes) === 0;
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
