import { damagedParquet } from "../../format/parquet-errors.js";
import { notBytes } from "../bytes-errors.js";
import type { PageSource } from "./page-source.js";
import type { Workspace } from "./workspace.js";

/**
 * Finds the wanted values of a page whose values vary in length: their bounds go into `starts` and `ends` of the workspace, those of
 * nulls are empty.
 *
 * @returns the bytes that the bounds are of
 * @throws LarderError `damaged-parquet` where the page ends too early, or holds other values
 */
export function locateSlices(source: PageSource, space: Workspace, from: number, to: number): Uint8Array {
  const { places } = space;
  const starts = space.starts();
  const ends = space.ends();
  switch (source.kind) {
    case "none":
      starts.fill(0, from, to);
      ends.fill(0, from, to);
      return nothing;
    case "prefixed":
      locatePrefixed(source.bytes, places, starts, ends, from, to);
      return source.bytes;
    case "slices":
      if (source.starts) locateBounds(source.starts, source.ends, places, starts, ends, from, to);
      else locateEnds(source.first, source.ends, places, starts, ends, from, to);
      return source.bytes;
    default:
      throw notBytes();
  }
}

const nothing = new Uint8Array(0);

/**
 * PLAIN values of variable length: the lengths in front of the others are stepped over.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/Encodings.md#plain-plain--0
 */
function locatePrefixed(
  bytes: Uint8Array,
  places: Int32Array,
  starts: Int32Array,
  ends: Int32Array,
  from: number,
  to: number,
): void {
  const last = bytes.byteLength - 4;
  let at = 0;
  let next = 0;
  for (let i = from; i < to; i++) {
    const place = places[i]!;
    if (place < 0) {
      starts[i] = 0;
      ends[i] = 0;
      continue;
    }
    let start = at;
    let end = at;
    while (next <= place) {
      if (at > last) throw tooFew();
      const length = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
      start = at + 4;
      end = start + length;
      if (length < 0 || end > bytes.byteLength) throw tooFew();
      at = end;
      next++;
    }
    starts[i] = start;
    ends[i] = end;
  }
}

function locateBounds(
  allStarts: Int32Array,
  allEnds: Int32Array,
  places: Int32Array,
  starts: Int32Array,
  ends: Int32Array,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    const place = places[i]!;
    starts[i] = place < 0 ? 0 : allStarts[place]!;
    ends[i] = place < 0 ? 0 : allEnds[place]!;
  }
}

function locateEnds(
  first: number,
  allEnds: Int32Array,
  places: Int32Array,
  starts: Int32Array,
  ends: Int32Array,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) {
    const place = places[i]!;
    starts[i] = place < 0 ? 0 : place === 0 ? first : allEnds[place - 1]!;
    ends[i] = place < 0 ? 0 : allEnds[place]!;
  }
}

function tooFew(): Error {
  return damagedParquet("a page holds fewer values than it states");
}
