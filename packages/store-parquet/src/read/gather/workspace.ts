import { checkAllocation } from "../../format/allocation-limit.js";

/** Memory that a gathering uses again for each page. Numbers in `places`, `starts` and `ends` stand at the places of wanted rows. */
export interface Workspace {
  /** The value of each wanted row among those of its page, -1 for a null. */
  readonly places: Int32Array;
  /** Bounds of the values of wanted rows that vary in length, in the bytes at hand. */
  readonly starts: () => Int32Array;
  readonly ends: () => Int32Array;
  /** Numbers of a page: `count` of them, which hold anything. */
  readonly numbers: (count: number) => Int32Array;
  /** The bytes, where 4 or 8 of them make a number: themselves, or a copy that is good until the next. */
  readonly aligned: (bytes: Uint8Array) => Uint8Array;
}

/** @param rows wanted rows in all */
export function workspace(rows: number): Workspace {
  checkAllocation(rows * 4, "the places of wanted rows");
  let starts: Int32Array | undefined;
  let ends: Int32Array | undefined;
  let numbers = new Int32Array(0);
  let copy = new Uint8Array(0);
  return {
    places: new Int32Array(rows),
    starts: () => (starts ??= new Int32Array(rows)),
    ends: () => (ends ??= new Int32Array(rows)),
    numbers(count) {
      if (numbers.length < count) {
        checkAllocation(count * 4, "the lengths or indices of a page");
        numbers = new Int32Array(count);
      }
      return numbers.subarray(0, count);
    },
    aligned(bytes) {
      if (bytes.byteOffset % 8 === 0) return bytes;
      if (copy.byteLength < bytes.byteLength) copy = new Uint8Array(bytes.byteLength);
      copy.set(bytes);
      return copy.subarray(0, bytes.byteLength);
    },
  };
}
