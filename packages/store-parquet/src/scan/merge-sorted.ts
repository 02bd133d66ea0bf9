import type { AscendingNumbers } from "./plain-numbers.js";

/** Rows found so far, ascending and distinct: the first `count` of `rows`. */
export interface FoundRows {
  rows: Int32Array;
  count: number;
}

/** None yet. */
export function foundRows(): FoundRows {
  return { rows: new Int32Array(1024), count: 0 };
}

/**
 * Finds the rows whose value is one of some points: looks each point up in what is left of the values, or each value among the
 * points, whichever are fewer.
 *
 * @param points ascending and distinct, none NaN
 * @param count how many numbers there are
 * @param row that of the first number
 */
export function findPoints(
  points: Float64Array,
  numbers: AscendingNumbers,
  count: number,
  row: number,
  found: FoundRows,
): void {
  reserve(found, count);
  const { rows } = found;
  const { values, stride, base } = numbers;
  let next = found.count;
  let place = lowerBound(points, 0, points.length, base + values[0]!);
  let at = 0;
  while (at < count && place < points.length) {
    const point = points[place]!;
    const value = base + values[at * stride]!;
    if (value === point) {
      rows[next++] = row + at;
      at++;
    } else if (value < point) {
      // Steps that double find near ones at once, and far ones without passing all between.
      let step = 1;
      while (at + step < count && base + values[(at + step) * stride]! < point) step *= 2;
      at = lowerPlace(numbers, at + (step >>> 1), Math.min(at + step, count), point);
    } else {
      let step = 1;
      while (place + step < points.length && points[place + step]! < value) step *= 2;
      place = lowerBound(points, place + (step >>> 1), Math.min(place + step, points.length), value);
    }
  }
  found.count = next;
}

/** Values from `low` on and below `high`; to the end where that is `undefined`. */
export interface NumberRange {
  readonly low: number;
  readonly high: number | undefined;
}

/**
 * Finds the rows whose value is in one of some ranges.
 *
 * @param ranges ascending, none touching the next
 */
export function findRanges(
  ranges: readonly NumberRange[],
  numbers: AscendingNumbers,
  count: number,
  row: number,
  found: FoundRows,
): void {
  reserve(found, count);
  const { rows } = found;
  let next = found.count;
  let at = 0;
  for (const { low, high } of ranges) {
    at = lowerPlace(numbers, at, count, low);
    const end = high === undefined ? count : lowerPlace(numbers, at, count, high);
    for (; at < end; at++) rows[next++] = row + at;
  }
  found.count = next;
}

/** The first place, from `from` on and before `to`, whose number is no less than the wanted one; `to` where there is none. */
function lowerPlace({ values, stride, base }: AscendingNumbers, from: number, to: number, wanted: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (base + values[middle * stride]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}

function reserve(found: FoundRows, more: number): void {
  const needed = found.count + more;
  if (needed <= found.rows.length) return;
  const grown = new Int32Array(Math.max(needed, found.rows.length * 2));
  grown.set(found.rows.subarray(0, found.count));
  found.rows = grown;
}

/** The first place, from `from` on and before `to`, whose value is no less than the wanted one; `to` where there is none. */
export function lowerBound(values: Float64Array, from: number, to: number, wanted: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (values[middle]! < wanted) low = middle + 1;
    else high = middle;
  }
  return low;
}
