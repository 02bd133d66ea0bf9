import type { Data } from "apache-arrow";
import { type ArrowLikeType, ArrowTypeId } from "../arrow/arrow-like.js";
import type { Matcher } from "./match-values.js";
import type { Cut, ValueSet } from "./value-set.js";

/** Matches integers and decimals of 32 bits or a multiple of it, word by word, the highest first; no bigint is made for a value. */
export function wordsMatcher(data: Data, set: ValueSet, width: number): Matcher {
  const { buffer, byteOffset } = data.values as Uint8Array;
  const words = new Int32Array(buffer, byteOffset, data.length * width);
  const type: ArrowLikeType = data.type;
  const isUnsigned = type.typeId === ArrowTypeId.Int && !type.isSigned;
  /** With the highest bit turned, unsigned numbers compare as signed ones. */
  const flip = isUnsigned ? 0x8000_0000 : 0;

  const compare = (row: number, other: Int32Array, place: number): number => {
    const at = row * width;
    const against = place * width;
    let i = width - 1;
    const high = words[at + i]! ^ flip;
    const otherHigh = other[against + i]! ^ flip;
    if (high !== otherHigh) return high < otherHigh ? -1 : 1;
    while (--i >= 0) {
      const low = words[at + i]! >>> 0;
      const otherLow = other[against + i]! >>> 0;
      if (low !== otherLow) return low < otherLow ? -1 : 1;
    }
    return 0;
  };

  if (set.kind === "ranges") {
    const ranges = set.ranges.map(({ low, high }) => ({ low: wordsOf(low, width), high: wordsOf(high, width) }));
    return (from, to, mask) => {
      for (const { low, high } of ranges) {
        for (let row = from; row < to; row++) {
          if ((!low || compare(row, low, 0) >= 0) && (!high || compare(row, high, 0) < 0)) mask[row] = 1;
        }
      }
    };
  }

  const points = new Int32Array(set.points.length * width);
  set.points.forEach((point, i) => {
    points.set(wordsOf(point, width)!, i * width);
  });
  const count = set.points.length;
  const isAmong = (row: number): boolean => {
    let low = 0;
    let high = count;
    while (low < high) {
      const middle = (low + high) >>> 1;
      const order = compare(row, points, middle);
      if (order === 0) return true;
      if (order > 0) low = middle + 1;
      else high = middle;
    }
    return false;
  };
  return (from, to, mask) => {
    for (let row = from; row < to; row++) if (isAmong(row) !== set.excluded) mask[row] = 1;
  };
}

/** A whole number as words of 32 bits, the lowest first; `undefined` for no bound. */
function wordsOf(cut: Cut, width: number): Int32Array | undefined {
  if (typeof cut !== "bigint") return undefined;
  const words = new Int32Array(width);
  for (let i = 0, rest = cut; i < width; i++, rest >>= 32n) words[i] = Number(BigInt.asIntN(32, rest));
  return words;
}
