import { checkAllocation } from "../format/allocation-limit.js";
import { damagedParquet } from "../format/parquet-errors.js";

/** Types whose values are numbers where they are stored PLAIN. */
export type NumberType = "INT32" | "INT64" | "FLOAT" | "DOUBLE";

/** Loads pages of numbers, in memory that is used again. */
export interface PlainNumbers {
  /**
   * PLAIN values as 64-bit floats, in the order they are in, good until the next call; integers beyond 2^53 are rounded, which keeps
   * their order. `undefined` where they do not ascend, or one is NaN.
   *
   * @param count values, at least one
   * @throws LarderError `damaged-parquet` where there are fewer
   */
  ascending(type: NumberType, isUnsigned: boolean, bytes: Uint8Array, count: number): Float64Array | undefined;
}

/** Holds no memory yet. */
export function plainNumbers(): PlainNumbers {
  let numbers = new Float64Array(0);
  let copy = new Uint8Array(0);
  return {
    ascending(type, isUnsigned, bytes, count) {
      const width = type === "INT32" || type === "FLOAT" ? 4 : 8;
      const byteLength = count * width;
      if (bytes.byteLength < byteLength) throw damagedParquet("a page holds fewer values than it states");
      if (numbers.length < count) {
        checkAllocation(count * 16, "a page");
        numbers = new Float64Array(count);
        copy = new Uint8Array(count * 8);
      }
      copy.set(bytes.subarray(0, byteLength));
      const { buffer } = copy;
      const isAscending =
        type === "INT64"
          ? isUnsigned
            ? loadUnsignedLongs(new Uint32Array(buffer), numbers, count)
            : loadLongs(new Int32Array(buffer), numbers, count)
          : type === "INT32"
            ? loadNumbers(isUnsigned ? new Uint32Array(buffer) : new Int32Array(buffer), numbers, count)
            : loadNumbers(type === "FLOAT" ? new Float32Array(buffer) : new Float64Array(buffer), numbers, count);
      return isAscending ? numbers : undefined;
    },
  };
}

function loadLongs(words: Int32Array, target: Float64Array, count: number): boolean {
  let before = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const value = words[2 * i + 1]! * 4_294_967_296 + (words[2 * i]! >>> 0);
    if (value < before) return false;
    target[i] = value;
    before = value;
  }
  return true;
}

function loadUnsignedLongs(words: Uint32Array, target: Float64Array, count: number): boolean {
  let before = 0;
  for (let i = 0; i < count; i++) {
    const value = words[2 * i + 1]! * 4_294_967_296 + words[2 * i]!;
    if (value < before) return false;
    target[i] = value;
    before = value;
  }
  return true;
}

function loadNumbers(
  values: Int32Array | Uint32Array | Float32Array | Float64Array,
  target: Float64Array,
  count: number,
): boolean {
  let before = Number.NEGATIVE_INFINITY;
  for (let i = 0; i < count; i++) {
    const value = values[i]!;
    // So that NaN fails too.
    if (!(value >= before)) return false;
    target[i] = value;
    before = value;
  }
  return true;
}
