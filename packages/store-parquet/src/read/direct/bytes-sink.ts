import { checkAllocation } from "../../format/allocation-limit.js";
import { unpackDeltas } from "../../format/delta.js";
import type { BuilderTarget } from "../column-builder.js";
import { validityBuilder } from "../validity-builder.js";
import type { PageSink } from "./page-sink.js";
import { freshBytes } from "./scatter.js";

/**
 * Text and bytes: the tails of the pages, one after the other, are the buffer of the column; its offsets are the sums of the lengths ahead
 * of them.
 *
 * @param byteLength of all values together, less than 2³¹
 * @param large whether offsets have 64 bits
 */
export function bytesSink({ arrow, type, rows }: BuilderTarget, byteLength: number, large: boolean): PageSink {
  const values = freshBytes(byteLength);
  const ends = new Int32Array(freshBytes((rows + 1) * 4).buffer);
  ends[0] = 0;
  const validity = validityBuilder(rows);
  let lengths = new Int32Array(0);
  let placed = 0;
  return {
    values,
    placeOf({ valueBytes }) {
      placed += valueBytes;
      return placed - valueBytes;
    },
    beginChunk() {},
    take(page, { encoding, validity: bitmap, valuesStart }) {
      const { ahead, row, rows: pageRows, nullCount, valuesAt, valueBytes } = page;
      const count = pageRows - nullCount;
      if (encoding !== "DELTA_LENGTH_BYTE_ARRAY") return false;
      if (lengths.length < count) {
        checkAllocation(count * 4, "a page");
        lengths = new Int32Array(count);
      }
      const wanted = lengths.subarray(0, count);
      if (unpackDeltas(ahead, valuesStart, wanted) !== ahead.byteLength) return false;
      const end = bitmap
        ? sumPresent(wanted, bitmap, ends, row + 1, pageRows, valuesAt)
        : sumLengths(wanted, ends, row + 1, valuesAt);
      if (end !== valuesAt + valueBytes) return false;
      validity.append(bitmap ? { validity: bitmap } : {}, 0, pageRows, count);
      return true;
    },
    finish() {
      const valueOffsets = large ? widened(ends) : ends;
      const filled = { length: rows, data: values, valueOffsets: valueOffsets as never, ...validity.finish() };
      return arrow.makeData({ type: type as never, ...filled });
    },
  };
}

// Each writes where the values end, from the `at`-th end on, and returns where the last one does; -1 when a length is negative. When none is,
// and the last value ends where it must, none ends too late. The sum is exact, however large lengths are.

function sumLengths(lengths: Int32Array, ends: Int32Array, at: number, start: number): number {
  let end = start;
  let signs = 0;
  for (let i = 0; i < lengths.length; i++) {
    const length = lengths[i]!;
    signs |= length;
    end += length;
    ends[at + i] = end;
  }
  return signs < 0 ? -1 : end;
}

/** Null rows end where they begin. */
function sumPresent(
  lengths: Int32Array,
  bitmap: Uint8Array,
  ends: Int32Array,
  at: number,
  rows: number,
  start: number,
): number {
  let end = start;
  let signs = 0;
  let next = 0;
  for (let row = 0; row < rows; row++) {
    if ((bitmap[row >>> 3]! >>> (row & 7)) & 1) {
      const length = lengths[next++]!;
      signs |= length;
      end += length;
    }
    ends[at + row] = end;
  }
  return signs < 0 ? -1 : end;
}

/** Offsets of 64 bits, none beyond 2³¹, without a bigint for each. */
function widened(ends: Int32Array): BigInt64Array {
  const words = new Int32Array(ends.length * 2);
  for (let i = 0; i < ends.length; i++) words[2 * i] = ends[i]!;
  return new BigInt64Array(words.buffer);
}
