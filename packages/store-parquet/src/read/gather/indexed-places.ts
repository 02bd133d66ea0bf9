import type { Indices } from "../../format/indices-below.js";
import { damagedParquet } from "../../format/parquet-errors.js";

/**
 * Turns places of values into places of the dictionary's entries, in place; -1 stays.
 *
 * @param entries how many there are
 * @throws LarderError `damaged-parquet` for an index beyond them
 */
export function indexPlaces(indices: Indices, entries: number, places: Int32Array, from: number, to: number): void {
  for (let i = from; i < to; i++) {
    const place = places[i]!;
    if (place < 0) continue;
    const index = indices[place]!;
    if (index >>> 0 >= entries) throw damagedParquet("an index has no entry in its dictionary");
    places[i] = index;
  }
}

/** Numbers the places that are none of -1 from 0 on, in place: those of values that were picked out. */
export function numberPlaces(places: Int32Array, from: number, to: number): void {
  let next = 0;
  for (let i = from; i < to; i++) if (places[i]! >= 0) places[i] = next++;
}
