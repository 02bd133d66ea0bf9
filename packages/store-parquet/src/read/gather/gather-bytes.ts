import { type ArrowLikeType, ArrowTypeId } from "../../arrow/arrow-like.js";
import { checkAllocation } from "../../format/allocation-limit.js";
import { notBytes, tooManyBytes } from "../bytes-errors.js";
import type { PlainValues } from "../decode-page.js";
import { grownBytes, usedBytes } from "../grown-bytes.js";
import type { GatherAnswer, GatherTarget } from "./gather-target.js";
import { gatheredValidity } from "./gathered-validity.js";
import { indexPlaces } from "./indexed-places.js";
import { locateSlices } from "./locate-slices.js";
import { type PageSource, sourceOf } from "./page-source.js";

/** Gathers text and bytes. */
export function bytesTarget({ arrow, type, rows, space }: GatherAnswer): GatherTarget {
  const { typeId } = type as ArrowLikeType;
  const isLarge = typeId === ArrowTypeId.LargeUtf8 || typeId === ArrowTypeId.LargeBinary;
  checkAllocation((rows + 1) * (isLarge ? 8 : 4), "the values of a column");
  /** Of 64-bit offsets the lower and the upper half. */
  const offsets = new Int32Array((rows + 1) * (isLarge ? 2 : 1));
  const validity = gatheredValidity(rows);
  const { places } = space;
  let data = new Uint8Array(Math.ceil((rows * 16 + 64) / 8) * 8);
  let used = 0;
  let entries: Extract<PlainValues, { kind: "slices" }> | undefined;
  return {
    beginChunk(dictionary) {
      if (dictionary && dictionary.kind !== "slices") throw notBytes();
      entries = dictionary;
    },
    take(source, from, to, nulls) {
      validity.note(places, from, to, nulls);
      let slices: PageSource = source;
      if (source.kind === "indices") {
        if (!entries) throw notBytes();
        indexPlaces(source.indices, entries.count, places, from, to);
        slices = sourceOf(entries);
      }
      const bytes = locateSlices(slices, space, from, to);
      const starts = space.starts();
      const ends = space.ends();
      const before = used;
      used = isLarge
        ? addLongOffsets(offsets, used, starts, ends, from, to)
        : addOffsets(offsets, used, starts, ends, from, to);
      if (!isLarge && used >= 2 ** 31) throw tooManyBytes();
      data = grownBytes(data, used);
      copySlices(data, before, bytes, starts, ends, from, to);
    },
    finish() {
      const valueOffsets = isLarge ? new BigInt64Array(offsets.buffer) : offsets;
      return arrow.makeData({
        type: type as never,
        length: rows,
        data: usedBytes(data, used),
        valueOffsets: valueOffsets as never,
        ...validity.finish(),
      });
    },
  };
}

function addOffsets(
  offsets: Int32Array,
  used: number,
  starts: Int32Array,
  ends: Int32Array,
  from: number,
  to: number,
): number {
  let at = used;
  for (let i = from; i < to; i++) {
    at += ends[i]! - starts[i]!;
    offsets[i + 1] = at;
  }
  return at;
}

function addLongOffsets(
  offsets: Int32Array,
  used: number,
  starts: Int32Array,
  ends: Int32Array,
  from: number,
  to: number,
): number {
  let at = used;
  for (let i = from; i < to; i++) {
    at += ends[i]! - starts[i]!;
    offsets[2 * i + 2] = at;
    offsets[2 * i + 3] = Math.floor(at / 2 ** 32);
  }
  return at;
}

function copySlices(
  target: Uint8Array,
  before: number,
  bytes: Uint8Array,
  starts: Int32Array,
  ends: Int32Array,
  from: number,
  to: number,
): void {
  let at = before;
  for (let i = from; i < to; i++) {
    const start = starts[i]!;
    const end = ends[i]!;
    // A call costs more than copying a short string by hand.
    if (end - start > 32) {
      target.set(bytes.subarray(start, end), at);
      at += end - start;
    } else for (let byte = start; byte < end; byte++) target[at++] = bytes[byte]!;
  }
}
