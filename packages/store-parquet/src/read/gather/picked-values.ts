import { damagedParquet } from "../../format/parquet-errors.js";
import type { PlainValues } from "../decode-page.js";
import { gatherFixed } from "./gather-words.js";
import { numberPlaces } from "./indexed-places.js";
import { locateSlices } from "./locate-slices.js";
import type { PageSource } from "./page-source.js";
import type { Workspace } from "./workspace.js";

/**
 * The wanted values of a page side by side, nulls left out, and copied: for types whose values must be converted. The places become
 * those of the picked values.
 *
 * @param source neither bits nor indices
 * @param nulls how many of the places are none
 */
export function pickedValues(
  source: PageSource,
  space: Workspace,
  from: number,
  to: number,
  nulls: number,
): PlainValues {
  const { places } = space;
  const count = to - from - nulls;
  if (source.kind === "fixed") {
    const { width, bytes } = source;
    const compact = nulls === 0 ? places.subarray(from, to) : presentPlaces(places, from, to, count);
    const picked = new Uint8Array(Math.ceil((count * width) / 8) * 8);
    gatherFixed(picked, bytes, width, compact, 0, count, space);
    numberPlaces(places, from, to);
    return { kind: "fixed", count, width, bytes: picked.subarray(0, count * width) };
  }
  const bytes = locateSlices(source, space, from, to);
  const starts = space.starts();
  const ends = space.ends();
  let length = 0;
  for (let i = from; i < to; i++) length += ends[i]! - starts[i]!;
  const picked = { starts: new Int32Array(count), ends: new Int32Array(count), bytes: new Uint8Array(length) };
  let next = 0;
  let at = 0;
  for (let i = from; i < to; i++) {
    if (places[i]! < 0) continue;
    picked.bytes.set(bytes.subarray(starts[i]!, ends[i]!), at);
    picked.starts[next] = at;
    at += ends[i]! - starts[i]!;
    picked.ends[next++] = at;
  }
  if (next !== count) throw damagedParquet("the number of nulls in a page is not as stated");
  numberPlaces(places, from, to);
  return { kind: "slices", count, ...picked };
}

function presentPlaces(places: Int32Array, from: number, to: number, count: number): Int32Array {
  const present = new Int32Array(count);
  let next = 0;
  for (let i = from; i < to; i++) if (places[i]! >= 0) present[next++] = places[i]!;
  return present;
}
