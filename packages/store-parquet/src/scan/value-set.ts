/** A place in an ordered domain: before its first value, at a value, or past its last. */
export type Cut = "start" | "end" | Endpoint;

/** A value of a domain: whole numbers and unscaled decimals as bigint, floats as number, text and bytes as bytes. */
export type Endpoint = bigint | number | Uint8Array;

/** Values from `low` on, and below `high`. */
export interface ValueRange {
  readonly low: Cut;
  readonly high: Cut;
}

/** Values of a column for which a comparison is true. Nulls are never among them. */
export type ValueSet =
  /** Sorted, none empty, none touching the next. */
  | { readonly kind: "ranges"; readonly ranges: readonly ValueRange[]; readonly nan: boolean }
  /** Sorted, each once: these values, or with `excluded` all but these. */
  | {
      readonly kind: "points";
      readonly points: Points;
      readonly excluded: boolean;
      readonly nan: boolean;
    };

/** Many whole numbers of 64 bits stand side by side. */
export type Points = readonly Endpoint[] | BigInt64Array;

/** No value. */
export const noValues: ValueSet = { kind: "points", points: [], excluded: false, nan: false };

/** Every value, NaN too. */
export const allValues: ValueSet = { kind: "points", points: [], excluded: true, nan: true };

/** Values from `low` on and below `high`; NaN is not among them. */
export function valuesBetween(low: Cut, high: Cut): ValueSet {
  const empty =
    low === "end" ||
    high === "start" ||
    (low !== "start" && high !== "end" && compareEndpoints(low as Endpoint, high as Endpoint) >= 0);
  return empty ? noValues : { kind: "ranges", ranges: [{ low, high }], nan: false };
}

/** All values but these. */
export function complementOf(set: ValueSet): ValueSet {
  if (set.kind === "points") return { ...set, excluded: !set.excluded, nan: !set.nan };
  const ranges: ValueRange[] = [];
  let low: Cut = "start";
  for (const range of set.ranges) {
    if (range.low !== "start") ranges.push({ low, high: range.low });
    low = range.high;
  }
  if (low !== "end") ranges.push({ low, high: "end" });
  return { kind: "ranges", ranges, nan: !set.nan };
}

/** Whether a value from `min` to `max`, both included, may be in the set. NaN is not asked for. */
export function mayMeet(set: ValueSet, min: Endpoint, max: Endpoint): boolean {
  if (set.kind === "ranges") {
    return set.ranges.some(
      ({ low, high }) =>
        (low === "start" || compareEndpoints(low as Endpoint, max) <= 0) &&
        (high === "end" || compareEndpoints(min, high as Endpoint) < 0),
    );
  }
  const [from, to] = pointsWithin(set.points, min, max);
  if (!set.excluded) return from < to;
  // Only a single value can be known to be left out.
  return !(from < to && compareEndpoints(min, max) === 0);
}

/** Bounds of the places of those points that lie from `min` to `max`, both included. */
export function pointsWithin(points: Points, min: Endpoint, max: Endpoint): [from: number, to: number] {
  return [
    firstPlace(points, (point) => compareEndpoints(point, min) >= 0),
    firstPlace(points, (point) => compareEndpoints(point, max) > 0),
  ];
}

/** The order of two values of one domain: below, at, or above 0. Text by code point, which is the order of its bytes. */
export function compareEndpoints(left: Endpoint, right: Endpoint): number {
  if (left instanceof Uint8Array) return Buffer.compare(left, right as Uint8Array);
  const other = right as typeof left;
  return left < other ? -1 : left > other ? 1 : 0;
}

/** Sorts values and leaves out repeated ones. */
export function sortedPoints(values: readonly Endpoint[]): Points {
  if (
    typeof values[0] === "bigint" &&
    values.every((value) => typeof value === "bigint" && BigInt.asIntN(64, value) === value)
  ) {
    return distinctLongs(BigInt64Array.from(values as readonly bigint[]).sort());
  }
  const sorted =
    typeof values[0] === "number"
      ? Float64Array.from(values as readonly number[]).sort()
      : [...values].sort(compareEndpoints);
  const points: Endpoint[] = [];
  for (let i = 0; i < sorted.length; i++) {
    const value = sorted[i]!;
    if (i === 0 || (value !== sorted[i - 1] && compareEndpoints(value, sorted[i - 1]!) !== 0)) points.push(value);
  }
  return points;
}

/** Leaves repeated ones out, by their halves: no bigint is made for a value. */
export function distinctLongs(sorted: BigInt64Array): BigInt64Array {
  const words = new Int32Array(sorted.buffer, sorted.byteOffset, sorted.length * 2);
  let end = 0;
  for (let i = 0; i < words.length; i += 2) {
    if (end > 0 && words[i] === words[end - 2] && words[i + 1] === words[end - 1]) continue;
    words[end] = words[i]!;
    words[end + 1] = words[i + 1]!;
    end += 2;
  }
  return sorted.subarray(0, end / 2);
}

/** The first place from which on a condition holds. */
function firstPlace(points: Points, holds: (point: Endpoint) => boolean): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (holds(points[middle]!)) high = middle;
    else low = middle + 1;
  }
  return low;
}
