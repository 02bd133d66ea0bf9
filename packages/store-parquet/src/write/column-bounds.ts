import { countBits } from "../format/bitmaps.js";
import { type BoundsOrder, compareBounds, rankOfHalf } from "../format/bounds-order.js";
import type { EncodedBounds, EncodedPage } from "../format/encoded-chunk.js";
import { alignedTo, bytesOver } from "../format/value-conversion.js";
import { bytesBounds } from "./bytes-bounds.js";
import type { PresentValues } from "./present-values.js";

/**
 * Least and greatest of values, or `undefined` where there are none. NaN never counts; zero is -0 as a minimum and 0 as a maximum, so
 * that the bounds hold for either.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (ColumnOrder)
 *
 * @param values as Parquet has them
 * @param count how many there are
 */
export function boundsOf(order: BoundsOrder, values: PresentValues, count: number): EncodedBounds | undefined {
  if (count === 0) return undefined;
  switch (values.kind) {
    case "nothing":
      return undefined;
    case "bits": {
      const ones = countBits(values.bits, 0, count);
      return exact(Uint8Array.of(ones === count ? 1 : 0), Uint8Array.of(ones === 0 ? 0 : 1));
    }
    case "fixed":
      return boundsOfFixed(order, values.bytes, values.width);
    case "bytes":
      return bytesBounds(values.offsets, values.bytes, order === "text");
  }
}

function boundsOfFixed(order: BoundsOrder, bytes: Uint8Array, width: number): EncodedBounds | undefined {
  switch (order) {
    case "int32":
      return int32Bounds(over(Int32Array, bytes));
    case "uint32":
      return numberBounds(over(Uint32Array, bytes), Uint32Array);
    case "float32":
      return numberBounds(over(Float32Array, bytes), Float32Array);
    case "float64":
      return doubleBounds(bytes);
    case "int64":
      return int64Bounds(bytes, 0);
    case "uint64":
      return int64Bounds(bytes, signBit);
    case "float16":
      return halfBounds(over(Uint16Array, bytes));
    case "decimal":
      return fixedBounds(bytes, width, 0x80);
    default:
      return fixedBounds(bytes, width, 0);
  }
}

/**
 * The bounds of a column chunk from those of its pages. A chunk with a NaN has none: engines that take NaN for the greatest value
 * (DuckDB, Polars) would otherwise lose its rows. Pages keep theirs, which those engines do not use.
 */
export function joinedBounds(order: BoundsOrder, pages: readonly EncodedPage[]): EncodedBounds | undefined {
  let joined: EncodedBounds | undefined;
  for (const { bounds, entries, nullCount } of pages) {
    if (!bounds && nullCount === entries) continue;
    if (!bounds || bounds.hasNan) return undefined;
    const { min, minIsExact } = joined && compareBounds(order, joined.min, bounds.min) <= 0 ? joined : bounds;
    const { max, maxIsExact } = joined && compareBounds(order, joined.max, bounds.max) >= 0 ? joined : bounds;
    joined = { min, minIsExact, max, maxIsExact };
  }
  return joined;
}

type NumberArray = Int32Array | Uint32Array | Float32Array | Float64Array | Uint16Array;

interface ArrayKind<View> {
  new (buffer: ArrayBufferLike, byteOffset: number, length: number): View;
  readonly BYTES_PER_ELEMENT: number;
}

function over<View extends NumberArray>(View: ArrayKind<View>, body: Uint8Array): View {
  const aligned = alignedTo(body, View.BYTES_PER_ELEMENT);
  return new View(aligned.buffer, aligned.byteOffset, aligned.byteLength / View.BYTES_PER_ELEMENT);
}

function exact(min: Uint8Array, max: Uint8Array): EncodedBounds {
  return { min, max, minIsExact: true, maxIsExact: true };
}

function numberBounds<View extends NumberArray>(
  values: View,
  View: { of(value: number): View },
): EncodedBounds | undefined {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let hasNan = false;
  // Comparisons with NaN are false: it never counts.
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (value < min) min = value;
    if (value > max) max = value;
    // biome-ignore lint/suspicious/noSelfCompare: cheaper than Number.isNaN, and this is a hot loop.
    if (value !== value) hasNan = true;
  }
  return boundsOfFloats(View, min, max, hasNan);
}

/**
 * By their upper halves, as integers of the same order: floats, which a loop that just began boxes, are looked at only where those don't
 * tell. The halves of every NaN are beyond those of the infinities, or equal to them, so that none is passed over.
 */
function doubleBounds(body: Uint8Array): EncodedBounds | undefined {
  const values = over(Float64Array, body);
  const halves = new Int32Array(values.buffer, values.byteOffset, values.length * 2);
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let minRank = 0x7fff_ffff;
  let maxRank = -0x8000_0000;
  let hasNan = false;
  for (let i = 1; i < halves.length; i += 2) {
    const half = halves[i]!;
    const rank = half ^ ((half >> 31) & 0x7fff_ffff);
    if (rank > minRank && rank < maxRank) continue;
    const value = values[i >>> 1]!;
    if (Number.isNaN(value)) {
      hasNan = true;
      continue;
    }
    if (value <= min) {
      min = value;
      minRank = rank;
    }
    if (value >= max) {
      max = value;
      maxRank = rank;
    }
  }
  return boundsOfFloats(Float64Array, min, max, hasNan);
}

function boundsOfFloats<View extends NumberArray>(
  View: { of(value: number): View },
  min: number,
  max: number,
  hasNan: boolean,
): EncodedBounds | undefined {
  // Still as they began: nothing but NaN.
  if (min > max) return undefined;
  const bounds = exact(bytesOver(View.of(min === 0 ? -0 : min)), bytesOver(View.of(max === 0 ? 0 : max)));
  return hasNan ? { ...bounds, hasNan } : bounds;
}

/** On its own, so that its numbers stay integers. */
function int32Bounds(values: Int32Array): EncodedBounds {
  let min = values[0]!;
  let max = min;
  for (let i = 1; i < values.length; i++) {
    const value = values[i]!;
    if (value < min) min = value;
    else if (value > max) max = value;
  }
  return exact(bytesOver(Int32Array.of(min)), bytesOver(Int32Array.of(max)));
}

/** Turns the order of 32-bit numbers without a sign into that of numbers with one, and back. */
const signBit = -0x8000_0000;

/**
 * By halves, as integers: a bigint for each value would cost ten times as much.
 *
 * @param flip {@link signBit} where the values have no sign, else 0
 */
function int64Bounds(body: Uint8Array, flip: number): EncodedBounds {
  const halves = over(Int32Array, body);
  let minLow = 0x7fff_ffff;
  let minHigh = minLow;
  let maxLow = signBit;
  let maxHigh = signBit;
  for (let i = 0; i < halves.length; ) {
    // Values that follow one another mostly have the same upper half.
    const upper = halves[i + 1]!;
    let least = halves[i]! ^ signBit;
    let greatest = least;
    for (i += 2; i < halves.length && halves[i + 1]! === upper; i += 2) {
      const low = halves[i]! ^ signBit;
      if (low < least) least = low;
      else if (low > greatest) greatest = low;
    }
    const high = upper ^ flip;
    if (high < minHigh || (high === minHigh && least < minLow)) {
      minHigh = high;
      minLow = least;
    }
    if (high > maxHigh || (high === maxHigh && greatest > maxLow)) {
      maxHigh = high;
      maxLow = greatest;
    }
  }
  const bytesOf = (low: number, high: number): Uint8Array => bytesOver(Int32Array.of(low ^ signBit, high ^ flip));
  return exact(bytesOf(minLow, minHigh), bytesOf(maxLow, maxHigh));
}

function halfBounds(values: Uint16Array): EncodedBounds | undefined {
  let min = 0x1_0000;
  let max = -1;
  let hasNan = false;
  for (let i = 0; i < values.length; i++) {
    const bits = values[i]!;
    if ((bits & 0x7fff) > 0x7c00) {
      hasNan = true;
      continue;
    }
    const rank = rankOfHalf(bits);
    if (rank < min) min = rank;
    if (rank > max) max = rank;
  }
  if (max < 0) return undefined;
  const negativeZero = 0x7fff;
  const zero = 0x8000;
  if (min === zero) min = negativeZero;
  if (max === negativeZero) max = zero;
  const bitsOf = (rank: number): number => (rank >= zero ? rank & 0x7fff : rank ^ 0xffff);
  const bounds = exact(bytesOver(Uint16Array.of(bitsOf(min))), bytesOver(Uint16Array.of(bitsOf(max))));
  return hasNan ? { ...bounds, hasNan } : bounds;
}

/** @param flip turns the first byte of signed values so that they compare as unsigned ones */
function fixedBounds(body: Uint8Array, width: number, flip: number): EncodedBounds {
  let min = 0;
  let max = 0;
  for (let at = width; at < body.byteLength; at += width) {
    if (compareFixed(body, at, min, width, flip) < 0) min = at;
    else if (compareFixed(body, at, max, width, flip) > 0) max = at;
  }
  return exact(body.slice(min, min + width), body.slice(max, max + width));
}

function compareFixed(body: Uint8Array, left: number, right: number, width: number, flip: number): number {
  const first = (body[left]! ^ flip) - (body[right]! ^ flip);
  if (first !== 0) return first;
  for (let i = 1; i < width; i++) {
    const difference = body[left + i]! - body[right + i]!;
    if (difference !== 0) return difference;
  }
  return 0;
}
