import type { Data, Dictionary, Int32, Vector } from "apache-arrow";
import type { ArrowLikeType } from "../arrow/arrow-like.js";
import { mostEntries } from "../arrow/type-size.js";
import { damagedParquet, unsupportedParquet } from "../format/parquet-errors.js";
import { type BuilderTarget, createColumnBuilder } from "./column-builder.js";
import type { DecodedPage, PlainValues } from "./decode-page.js";

/** The one dictionary of an Arrow column, made from those of row groups. */
export interface DictionaryEntries {
  /** The place of a value; a new one where it has none yet. */
  placeOf(value: Uint8Array): number;
  /** The place of each entry of a row group's dictionary, and whether each has the place it has there. */
  placesOf(dictionary: PlainValues | undefined): { readonly map: Int32Array<ArrayBuffer>; readonly inOrder: boolean };
  /** The entries, in the order of their places. */
  finish(): Vector<Int32>;
}

/** Begins with no entries. @throws LarderError `unsupported-parquet` from its methods, when there are more than indices can count */
export function dictionaryEntries({
  arrow,
  type,
  leaf,
}: Pick<BuilderTarget, "arrow" | "type" | "leaf">): DictionaryEntries {
  const { indices, dictionary: valueType } = type as Dictionary;
  const most = mostEntries(indices as ArrowLikeType);
  /** Places by the bytes of their value, a character each; in their order. Nothing looks into the memory of a page. */
  const places = new Map<string, number>();
  let previous: PlainValues | undefined;
  let map = new Int32Array(0);
  let inOrder = true;

  const placeOf = (value: Uint8Array): number => {
    const key = Buffer.from(value.buffer, value.byteOffset, value.byteLength).toString("latin1");
    let place = places.get(key);
    if (place === undefined) {
      place = places.size;
      if (place >= most) {
        throw unsupportedParquet(
          `a dictionary column has more distinct values than its ${(indices as ArrowLikeType).bitWidth}-bit indices can count`,
        );
      }
      places.set(key, place);
    }
    return place;
  };

  const entryData = (): Data => {
    const count = places.size;
    const builder = createColumnBuilder({ arrow, type: valueType, leaf, rows: count, byteLength: 0 });
    const page: DecodedPage = {
      rows: count,
      nullCount: 0,
      values: joined([...places.keys()], leaf.type === "BYTE_ARRAY"),
    };
    builder.beginChunk(undefined);
    if (count > 0) builder.append(page, 0, count, 0, count);
    return builder.finish();
  };

  return {
    placeOf,
    placesOf(dictionary) {
      if (dictionary && previous && sameValues(dictionary, previous)) return { map, inOrder };
      previous = dictionary;
      map = Int32Array.from({ length: dictionary?.count ?? 0 }, (_, i) => placeOf(valueAt(dictionary!, i)));
      inOrder = map.every((place, i) => place === i);
      return { map, inOrder };
    },
    finish: () => new arrow.Vector([entryData()]) as Vector<Int32>,
  };
}

/** The bytes of a value. @throws LarderError `damaged-parquet` for booleans, which have none of their own */
export function valueAt(values: PlainValues, i: number): Uint8Array {
  if (values.kind === "fixed") return values.bytes.subarray(i * values.width, (i + 1) * values.width);
  if (values.kind === "slices") return values.bytes.subarray(values.starts[i]!, values.ends[i]!);
  throw damagedParquet("a dictionary column holds booleans");
}

/** Values whose bytes are the characters of a string each. */
function joined(entries: readonly string[], variable: boolean): PlainValues {
  const count = entries.length;
  const bytes = Buffer.allocUnsafeSlow(entries.reduce((sum, entry) => sum + entry.length, 0));
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  let at = 0;
  entries.forEach((entry, i) => {
    starts[i] = at;
    at += bytes.write(entry, at, "latin1");
    ends[i] = at;
  });
  if (!variable) return { kind: "fixed", count, width: count === 0 ? 1 : bytes.byteLength / count, bytes };
  return { kind: "slices", count, starts, ends, bytes };
}

function sameValues(left: PlainValues, right: PlainValues): boolean {
  if (left.kind === "bits" || right.kind === "bits") return false;
  return left.count === right.count && left.kind === right.kind && Buffer.compare(left.bytes, right.bytes) === 0;
}
