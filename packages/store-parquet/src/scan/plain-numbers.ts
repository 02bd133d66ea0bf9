import { checkAllocation } from "../format/allocation-limit.js";
import { damagedParquet } from "../format/parquet-errors.js";

/** Types whose values are numbers where they are stored PLAIN. */
export type NumberType = "INT32" | "INT64" | "FLOAT" | "DOUBLE";

/** Numbers that ascend: number i is `base + values[stride * i]`; integers beyond 2^53 are rounded, which keeps their order. */
export interface AscendingNumbers {
  readonly values: Float64Array | Uint32Array;
  readonly stride: 1 | 2;
  readonly base: number;
}

/** Loads pages of numbers, in memory that is used again. */
export interface PlainNumbers {
  /**
   * PLAIN values, in the order they are in, good until the next call. `undefined` where they do not ascend, or one is NaN.
   *
   * @param count values, at least one
   * @throws LarderError `damaged-parquet` where there are fewer
   */
  ascending(type: NumberType, isUnsigned: boolean, bytes: Uint8Array, count: number): AscendingNumbers | undefined;
}

/** Holds no memory yet. */
export function plainNumbers(): PlainNumbers {
  let numbers = new Float64Array(0);
  let copy = new Uint8Array(0);
  const aligned = (bytes: Uint8Array): Uint8Array => {
    if (bytes.byteOffset % 8 === 0) return bytes;
    if (copy.byteLength < bytes.byteLength) {
      checkAllocation(bytes.byteLength, "a page");
      copy = new Uint8Array(bytes.byteLength);
    }
    copy.set(bytes);
    return copy;
  };
  const room = (count: number): Float64Array => {
    if (numbers.length < count) {
      checkAllocation(count * 8, "a page");
      numbers = new Float64Array(count);
    }
    return numbers;
  };
  return {
    ascending(type, isUnsigned, bytes, count) {
      const width = type === "INT32" || type === "FLOAT" ? 4 : 8;
      if (bytes.byteLength < count * width) throw damagedParquet("a page holds fewer values than it states");
      const { buffer, byteOffset } = aligned(bytes.subarray(0, count * width));
      if (type !== "INT64") {
        const values = valuesOver(type, isUnsigned, buffer as ArrayBuffer, byteOffset, count);
        return loadNumbers(values, room(count), count) ? { values: numbers, stride: 1, base: 0 } : undefined;
      }
      const words = new Uint32Array(buffer, byteOffset, 2 * count);
      const high = words[1]!;
      if (haveAscendingLows(words, high, count)) {
        return { values: words, stride: 2, base: (isUnsigned ? high : high | 0) * 2 ** 32 };
      }
      const isAscending = isUnsigned
        ? loadUnsignedLongs(words, room(count), count)
        : loadLongs(new Int32Array(buffer, byteOffset, 2 * count), room(count), count);
      return isAscending ? { values: numbers, stride: 1, base: 0 } : undefined;
    },
  };
}

function valuesOver(
  type: Exclude<NumberType, "INT64">,
  isUnsigned: boolean,
  buffer: ArrayBuffer,
  byteOffset: number,
  count: number,
): Int32Array | Uint32Array | Float32Array | Float64Array {
  if (type === "FLOAT") return new Float32Array(buffer, byteOffset, count);
  if (type === "DOUBLE") return new Float64Array(buffer, byteOffset, count);
  return isUnsigned ? new Uint32Array(buffer, byteOffset, count) : new Int32Array(buffer, byteOffset, count);
}

/** Whether the upper halves of all are the same, and the lower ones ascend: as most pages of ids are, and quicker found than loaded. */
function haveAscendingLows(words: Uint32Array, high: number, count: number): boolean {
  let before = 0;
  for (let i = 0; i < 2 * count; i += 2) {
    const low = words[i]!;
    if (low < before || words[i + 1] !== high) return false;
    before = low;
  }
  return true;
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
