import { checkAllocation } from "../../format/allocation-limit.js";
import { damagedParquet } from "../../format/parquet-errors.js";
import type { GatherAnswer, GatherTarget } from "./gather-target.js";
import { gatheredValidity } from "./gathered-validity.js";

/** Gathers booleans. */
export function bitsTarget({ arrow, rows, space }: GatherAnswer): GatherTarget {
  checkAllocation(rows / 8, "the values of a column");
  const bits = new Uint8Array(((rows + 63) >>> 6) << 3);
  const validity = gatheredValidity(rows);
  const { places } = space;
  return {
    beginChunk() {},
    take(source, from, to, nulls) {
      if (source.kind === "bits") gatherBits(bits, source.bits, places, from, to);
      else if (source.kind !== "none") throw damagedParquet("a boolean column holds other values");
      validity.note(places, from, to, nulls);
    },
    finish: () => arrow.makeData({ type: new arrow.Bool(), length: rows, data: bits, ...validity.finish() }),
  };
}

function gatherBits(target: Uint8Array, source: Uint8Array, places: Int32Array, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const place = places[i]!;
    if (place >= 0) target[i >>> 3]! |= ((source[place >>> 3]! >>> (place & 7)) & 1) << (i & 7);
  }
}
