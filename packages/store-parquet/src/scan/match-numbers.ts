import type { Data } from "apache-arrow";
import { type ArrowLikeType, ArrowTypeId } from "../arrow/arrow-like.js";
import type { Matcher } from "./match-values.js";
import { lowerBound, type NumberRange } from "./merge-sorted.js";
import type { Cut, Endpoint, Points, ValueRange, ValueSet } from "./value-set.js";

/** Values of the rows at hand, as numbers. */
const most = 8192;
const scratch = new Float64Array(most);

/**
 * Matches integers, floats, dates and times as 64-bit floats. Integers of 64 bits too, when all that they are compared
 * with is a safe integer: those beyond round to what is beyond as well. `undefined` where that is not so.
 */
export function numbersMatcher(data: Data, set: ValueSet): Matcher | undefined {
  const load = loaderOf(data);
  const { areSafe, points, ranges } = inNumbers(set);
  if (load.isWide && !areSafe) return undefined;
  const test = set.kind === "points" ? pointsTest(points, set) : rangesTest(ranges!, set);
  return (from, to, mask) => {
    load.into(scratch, from, to);
    test(to - from, mask, from);
  };
}

/** A set as 64-bit floats. */
export interface SetInNumbers {
  /** Whether that is exact: not where there are integers beyond 2^53. */
  readonly areSafe: boolean;
  readonly points: Float64Array;
  readonly ranges: readonly NumberRange[] | undefined;
}

/** Sets may be long, and are asked about again for each row group. */
const known = new WeakMap<ValueSet, SetInNumbers>();

/** The numbers of a set; made once for each. */
export function inNumbers(set: ValueSet): SetInNumbers {
  let found = known.get(set);
  if (!found) {
    found = set.kind === "ranges" ? rangesInNumbers(set.ranges) : pointsInNumbers(set.points);
    known.set(set, found);
  }
  return found;
}

function rangesInNumbers(ranges: readonly ValueRange[]): SetInNumbers {
  return {
    areSafe: ranges.every(({ low, high }) => isExact(low) && isExact(high)),
    points: new Float64Array(0),
    ranges: ranges.map(({ low, high }) => ({
      low: low === "start" ? Number.NEGATIVE_INFINITY : numberOf(low),
      high: high === "end" ? undefined : numberOf(high),
    })),
  };
}

function pointsInNumbers(points: Points): SetInNumbers {
  const numbers = new Float64Array(points.length);
  if (!(points instanceof BigInt64Array)) {
    for (let i = 0; i < numbers.length; i++) numbers[i] = numberOf(points[i]!);
    return { areSafe: points.every(isExact), points: numbers, ranges: undefined };
  }
  loadLong(new Int32Array(points.buffer, points.byteOffset, points.length * 2), false, numbers, 0, numbers.length);
  // They are sorted.
  const areSafe = numbers.length === 0 || (isExact(points[0]!) && isExact(points.at(-1)!));
  return { areSafe, points: numbers, ranges: undefined };
}

/** Marks those of the first `count` numbers at hand that are wanted, from `at` on in the mask. */
type Test = (count: number, mask: Uint8Array, at: number) => void;

function rangesTest(ranges: readonly NumberRange[], { nan }: { nan: boolean }): Test {
  return (count, mask, at) => {
    for (const { low, high } of ranges) {
      if (high === undefined) for (let i = 0; i < count; i++) mask[at + i]! |= +(scratch[i]! >= low);
      else for (let i = 0; i < count; i++) mask[at + i]! |= +(scratch[i]! >= low) & +(scratch[i]! < high);
    }
    if (nan) for (let i = 0; i < count; i++) mask[at + i]! |= +Number.isNaN(scratch[i]);
  };
}

/** As many points are tried one by one. */
const fewPoints = 4;

function pointsTest(points: Float64Array, { excluded, nan }: { excluded: boolean; nan: boolean }): Test {
  const found = new Uint8Array(most);
  const find = (count: number): void => {
    if (points.length <= fewPoints) {
      for (const point of points) for (let i = 0; i < count; i++) found[i]! |= +(scratch[i] === point);
    } else if (isAscending(count)) findInOrder(points, count, found);
    else for (let i = 0; i < count; i++) if (isAmong(points, scratch[i]!)) found[i] = 1;
  };
  return (count, mask, at) => {
    found.fill(0, 0, count);
    find(count);
    if (!excluded) {
      for (let i = 0; i < count; i++) mask[at + i]! |= found[i]!;
      return;
    }
    for (let i = 0; i < count; i++) {
      const isNan = Number.isNaN(scratch[i]);
      mask[at + i]! |= isNan ? +nan : found[i]! ^ 1;
    }
  };
}

function isAscending(count: number): boolean {
  for (let i = 1; i < count; i++) if (!(scratch[i - 1]! <= scratch[i]!)) return false;
  return count > 0 && !Number.isNaN(scratch[0]);
}

/** For sorted values: looks each point up in what is left of them, or each value among the points, whichever are fewer. */
function findInOrder(points: Float64Array, count: number, found: Uint8Array): void {
  let place = lowerBound(points, 0, points.length, scratch[0]!);
  let at = 0;
  while (at < count && place < points.length) {
    const point = points[place]!;
    const value = scratch[at]!;
    if (value < point) {
      // Steps that double find near ones at once, and far ones without passing all between.
      let step = 1;
      while (at + step < count && scratch[at + step]! < point) step *= 2;
      at = lowerBound(scratch, at + (step >>> 1), Math.min(at + step, count), point);
    } else if (value > point) {
      let step = 1;
      while (place + step < points.length && points[place + step]! < value) step *= 2;
      place = lowerBound(points, place + (step >>> 1), Math.min(place + step, points.length), value);
    } else found[at++] = 1;
  }
}

function isAmong(points: Float64Array, value: number): boolean {
  return points[lowerBound(points, 0, points.length, value)] === value;
}

interface Loader {
  /** Whether values may be beyond what a number holds exactly. */
  readonly isWide: boolean;
  into(target: Float64Array, from: number, to: number): void;
}

function loaderOf(data: Data): Loader {
  const type: ArrowLikeType = data.type;
  const { buffer, byteOffset, byteLength } = data.values as Uint8Array;
  if (type.typeId === ArrowTypeId.Float && type.precision === 0) {
    const halves = new Uint16Array(buffer, byteOffset, data.length);
    return { isWide: false, into: (target, from, to) => loadHalves(halves, target, from, to) };
  }
  const values = data.values as Int32Array | BigInt64Array;
  if (!(values instanceof BigInt64Array || values instanceof BigUint64Array)) {
    return { isWide: false, into: (target, from, to) => target.set(values.subarray(from, to)) };
  }
  const words = new Int32Array(buffer, byteOffset, byteLength >>> 2);
  const isUnsigned = values instanceof BigUint64Array;
  return { isWide: true, into: (target, from, to) => loadLong(words, isUnsigned, target, from, to) };
}

function loadLong(words: Int32Array, isUnsigned: boolean, target: Float64Array, from: number, to: number): void {
  if (isUnsigned) {
    for (let i = from; i < to; i++) target[i - from] = (words[2 * i + 1]! >>> 0) * 2 ** 32 + (words[2 * i]! >>> 0);
  } else for (let i = from; i < to; i++) target[i - from] = words[2 * i + 1]! * 2 ** 32 + (words[2 * i]! >>> 0);
}

let halfValues: Float64Array | undefined;

function loadHalves(halves: Uint16Array, target: Float64Array, from: number, to: number): void {
  halfValues ??= Float64Array.from({ length: 0x10000 }, (_, half) => halfToNumber(half));
  for (let i = from; i < to; i++) target[i - from] = halfValues[halves[i]!]!;
}

/** Source: IEEE 754 binary16. */
export function halfToNumber(half: number): number {
  const exponent = (half >>> 10) & 0x1f;
  const fraction = half & 0x3ff;
  const sign = half & 0x8000 ? -1 : 1;
  if (exponent === 0) return sign * fraction * 2 ** -24;
  if (exponent === 0x1f) return fraction === 0 ? sign * Number.POSITIVE_INFINITY : Number.NaN;
  return sign * (1 + fraction / 1024) * 2 ** (exponent - 15);
}

const mostSafe = BigInt(Number.MAX_SAFE_INTEGER);

function isExact(cut: Cut): boolean {
  return typeof cut !== "bigint" || (cut <= mostSafe && cut >= -mostSafe);
}

function numberOf(cut: Cut): number {
  return Number(cut as Exclude<Endpoint, Uint8Array>);
}
