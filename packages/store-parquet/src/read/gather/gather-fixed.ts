import type { Int32 } from "apache-arrow";
import { type ArrowLikeType, ArrowTypeId } from "../../arrow/arrow-like.js";
import { widthOf } from "../../arrow/type-size.js";
import { checkAllocation } from "../../format/allocation-limit.js";
import { damagedParquet } from "../../format/parquet-errors.js";
import { conversionOf } from "../../format/value-conversion.js";
import { fixedReader } from "../fixed-values.js";
import type { GatherAnswer, GatherTarget } from "./gather-target.js";
import { gatherFixed } from "./gather-words.js";
import { gatheredValidity } from "./gathered-validity.js";
import { indexPlaces } from "./indexed-places.js";
import { pickedValues } from "./picked-values.js";

/** Gathers values that all have one width: numbers, times, decimals, bytes of fixed size. */
export function fixedTarget({ arrow, type, leaf, rows, space }: GatherAnswer): GatherTarget {
  const arrowType: ArrowLikeType = type;
  const width = widthOf(arrowType);
  const read = fixedReader(arrowType, leaf);
  const isAsStored =
    arrowType.typeId !== ArrowTypeId.Decimal && leaf.type !== "INT96" && conversionOf(arrowType, leaf) === "none";
  checkAllocation(rows * width, "the values of a column");
  const data = new Uint8Array(Math.ceil((rows * width) / 8) * 8);
  const validity = gatheredValidity(rows);
  const { places } = space;
  let entries: Uint8Array = new Uint8Array(0);
  return {
    beginChunk(dictionary) {
      entries = dictionary ? new Uint8Array(read(dictionary, 0, dictionary.count)) : new Uint8Array(0);
    },
    take(source, from, to, nulls) {
      validity.note(places, from, to, nulls);
      if (source.kind === "none") return;
      if (source.kind === "bits") throw damagedParquet("a column of fixed width holds booleans");
      if (source.kind === "indices") {
        indexPlaces(source.indices, Math.floor(entries.byteLength / width), places, from, to);
        gatherFixed(data, entries, width, places, from, to, space);
      } else if (isAsStored && source.kind === "fixed" && source.width === width) {
        gatherFixed(data, source.bytes, width, places, from, to, space);
      } else {
        const picked = pickedValues(source, space, from, to, nulls);
        gatherFixed(data, read(picked, 0, picked.count), width, places, from, to, space);
      }
    },
    // Buffers are handed over as bytes of the type's own array, whatever it is.
    finish: () =>
      arrow.makeData({
        type: type as Int32,
        length: rows,
        data: data.subarray(0, rows * width) as never,
        ...validity.finish(),
      }),
  };
}
