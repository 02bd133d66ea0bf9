import type { Data } from "apache-arrow";
import { type ArrowLikeType, ArrowTypeId } from "../arrow/arrow-like.js";
import type { Matcher } from "./match-values.js";
import type { Cut, ValueSet } from "./value-set.js";

/** So many points are tried one by one; more are looked up. */
const fewPoints = 4;

/** Matches text and bytes, byte by byte; no string is made for a value, unless there are many to look it up among. */
export function bytesMatcher(data: Data, set: ValueSet): Matcher {
  const { bytes, start, end } = layoutOf(data);
  if (set.kind === "ranges") {
    const ranges = set.ranges.map(({ low, high }) => ({ low: bytesOf(low), high: bytesOf(high) }));
    return (from, to, mask) => {
      for (const { low, high } of ranges) {
        for (let row = from; row < to; row++) {
          const first = start(row);
          const last = end(row);
          if (low && compareBytes(bytes, first, last, low) < 0) continue;
          if (!high || compareBytes(bytes, first, last, high) < 0) mask[row] = 1;
        }
      }
    };
  }
  const { excluded } = set;
  const points = set.points as readonly Uint8Array[];
  if (points.length <= fewPoints) {
    return (from, to, mask) => {
      for (let row = from; row < to; row++) {
        const first = start(row);
        const length = end(row) - first;
        let found = false;
        for (let i = 0; i < points.length && !found; i++) {
          found = points[i]!.byteLength === length && compareBytes(bytes, first, first + length, points[i]!) === 0;
        }
        if (found !== excluded) mask[row] = 1;
      }
    };
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const wanted = new Set(points.map((point) => Buffer.from(point).toString("latin1")));
  const longest = points.reduce((most, point) => Math.max(most, point.byteLength), 0);
  return (from, to, mask) => {
    for (let row = from; row < to; row++) {
      const first = start(row);
      const last = end(row);
      const found = last - first <= longest && wanted.has(text.toString("latin1", first, last));
      if (found !== excluded) mask[row] = 1;
    }
  };
}

/** The order of some bytes and a whole byte string. */
function compareBytes(bytes: Uint8Array, start: number, end: number, other: Uint8Array): number {
  const length = end - start;
  const common = Math.min(length, other.byteLength);
  for (let i = 0; i < common; i++) {
    const difference = bytes[start + i]! - other[i]!;
    if (difference !== 0) return difference;
  }
  return length - other.byteLength;
}

function layoutOf(data: Data): { bytes: Uint8Array; start: (row: number) => number; end: (row: number) => number } {
  const type: ArrowLikeType = data.type;
  const bytes = data.values as Uint8Array;
  if (type.typeId === ArrowTypeId.FixedSizeBinary) {
    const width = type.byteWidth ?? 0;
    return { bytes, start: (row) => row * width, end: (row) => (row + 1) * width };
  }
  const offsets = data.valueOffsets as Int32Array | BigInt64Array;
  if (offsets instanceof Int32Array) {
    return { bytes, start: (row) => offsets[row]!, end: (row) => offsets[row + 1]! };
  }
  return { bytes, start: (row) => Number(offsets[row]), end: (row) => Number(offsets[row + 1]) };
}

function bytesOf(cut: Cut): Uint8Array | undefined {
  return cut instanceof Uint8Array ? cut : undefined;
}
