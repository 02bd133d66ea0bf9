import type { Indices } from "../../format/indices-below.js";
import { damagedParquet } from "../../format/parquet-errors.js";
import { createColumnBuilder } from "../column-builder.js";
import type { PageValues } from "../decode-page.js";
import type { GatherAnswer, GatherTarget } from "./gather-target.js";
import type { PageSource } from "./page-source.js";
import { pickedValues } from "./picked-values.js";

/** Gathers dictionary columns; the dictionaries of the row groups become one, as in a whole read. */
export function dictionaryTarget(answer: GatherAnswer): GatherTarget {
  const { space, rows } = answer;
  const builder = createColumnBuilder({ ...answer, byteLength: rows * 16 + 64 });
  const { places } = space;
  return {
    beginChunk: (dictionary) => builder.beginChunk(dictionary),
    take(source, from, to, nulls) {
      const rowCount = to - from;
      const count = rowCount - nulls;
      const validity = nulls > 0 ? bitmapOf(places, from, to) : undefined;
      const values = dictionaryValues(source, answer, from, to, nulls);
      const page = { rows: rowCount, nullCount: nulls, values, ...(validity && { validity }) };
      builder.append(page, 0, rowCount, 0, count);
    },
    finish: () => builder.finish(),
  };
}

function dictionaryValues(
  source: PageSource,
  { space }: GatherAnswer,
  from: number,
  to: number,
  nulls: number,
): PageValues {
  switch (source.kind) {
    case "none":
      return { kind: "indices", indices: new Int32Array(0) };
    case "indices":
      return { kind: "indices", indices: pickedIndices(source.indices, space.places, from, to, nulls) };
    case "bits":
      throw damagedParquet("a dictionary column holds booleans");
    default:
      return pickedValues(source, space, from, to, nulls);
  }
}

function pickedIndices(indices: Indices, places: Int32Array, from: number, to: number, nulls: number): Int32Array {
  const picked = new Int32Array(to - from - nulls);
  let next = 0;
  for (let i = from; i < to; i++) {
    const place = places[i]!;
    if (place >= 0) picked[next++] = indices[place]!;
  }
  return picked;
}

function bitmapOf(places: Int32Array, from: number, to: number): Uint8Array {
  const bitmap = new Uint8Array((to - from + 7) >>> 3);
  for (let i = from; i < to; i++) {
    const bit = i - from;
    if (places[i]! >= 0) bitmap[bit >>> 3]! |= 1 << (bit & 7);
  }
  return bitmap;
}
