import type { ParquetLeaf } from "./parquet-leaf.js";
import { alignedTo } from "./value-conversion.js";

/** Least and greatest value of a column chunk, as the footer states them. */
export interface ColumnBounds {
  readonly min: number | bigint;
  readonly max: number | bigint;
}

/**
 * Bounds of PLAIN values, or `undefined` where there are none or finding them is not cheap. NaN never counts; zero is
 * -0 as a minimum and 0 as a maximum, so that the bounds hold for either.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (ColumnOrder)
 */
export function boundsOf(leaf: ParquetLeaf, bodies: readonly Uint8Array[]): ColumnBounds | undefined {
  const logical = leaf.logical_type;
  if (logical?.type === "NULL") return undefined;
  const unsigned = leaf.converted_type?.startsWith("UINT_") === true;
  const views = bodies.filter((body) => body.byteLength > 0);
  switch (leaf.type) {
    case "INT32":
      return numberBounds(views.map((body) => (unsigned ? over(Uint32Array, body) : over(Int32Array, body))));
    case "FLOAT":
      return signedZeros(numberBounds(views.map((body) => over(Float32Array, body))));
    case "DOUBLE":
      return signedZeros(numberBounds(views.map((body) => over(Float64Array, body))));
    case "INT64":
      return int64Bounds(views, unsigned);
    default:
      return undefined;
  }
}

type NumberArray = Int32Array | Uint32Array | Float32Array | Float64Array;

function over<View>(
  View: { new (buffer: ArrayBufferLike, byteOffset: number, length: number): View; BYTES_PER_ELEMENT: number },
  body: Uint8Array,
): View {
  const aligned = alignedTo(body, View.BYTES_PER_ELEMENT);
  return new View(aligned.buffer, aligned.byteOffset, aligned.byteLength / View.BYTES_PER_ELEMENT);
}

function numberBounds(arrays: readonly NumberArray[]): { min: number; max: number } | undefined {
  let min = Number.POSITIVE_INFINITY;
  let max = Number.NEGATIVE_INFINITY;
  let found = false;
  for (const array of arrays) {
    for (let i = 0; i < array.length; i++) {
      const value = array[i]!;
      if (value <= min) min = value;
      if (value >= max) max = value;
    }
    found ||= array.length > 0;
  }
  return found && min <= max ? { min, max } : undefined;
}

function signedZeros(bounds: { min: number; max: number } | undefined): ColumnBounds | undefined {
  if (!bounds) return undefined;
  return { min: bounds.min === 0 ? -0 : bounds.min, max: bounds.max === 0 ? 0 : bounds.max };
}

/** By halves, as numbers: a bigint for each value would cost ten times as much. */
function int64Bounds(bodies: readonly Uint8Array[], unsigned: boolean): ColumnBounds | undefined {
  const flip = unsigned ? 0x8000_0000 : 0;
  let found = false;
  let minHigh = 0;
  let minLow = 0;
  let maxHigh = 0;
  let maxLow = 0;
  for (const body of bodies) {
    const halves = over(Int32Array, body);
    for (let i = 0; i < halves.length; i += 2) {
      const low = halves[i]! >>> 0;
      const high = halves[i + 1]! ^ flip;
      if (!found) {
        found = true;
        minHigh = maxHigh = high;
        minLow = maxLow = low;
      } else if (high < minHigh || (high === minHigh && low < minLow)) {
        minHigh = high;
        minLow = low;
      } else if (high > maxHigh || (high === maxHigh && low > maxLow)) {
        maxHigh = high;
        maxLow = low;
      }
    }
  }
  if (!found) return undefined;
  const join = (high: number, low: number): bigint => {
    const value = (BigInt(high ^ flip) << 32n) | BigInt(low);
    return unsigned ? BigInt.asUintN(64, value) : BigInt.asIntN(64, value);
  };
  return { min: join(minHigh, minLow), max: join(maxHigh, maxLow) };
}
