import { isAscii } from "node:buffer";
import type { Data } from "apache-arrow";
import type { ValueReader } from "./value-reader.js";

/** Bytes that are made into one string at a time, of which a value is a part that may keep the whole in memory. */
const windowBytes = 2 ** 14;

/** Rows that are passed over, such as nulls, and still count as read one after another. */
const nearRows = 8;

/**
 * Reads text, with a leading byte order mark where it has one. Who reads row after row gets parts of larger strings while all is
 * ASCII: to make a string of bytes costs more than to cut one.
 */
export function textReader(data: Data): ValueReader {
  const { buffer, byteOffset, byteLength } = data.values as Uint8Array;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  const offsets = data.valueOffsets as Int32Array | BigInt64Array;
  if (!(offsets instanceof Int32Array)) {
    return (row) => bytes.toString("utf8", Number(offsets[row]), Number(offsets[row + 1]));
  }
  /** The text of the bytes from `windowStart` to `windowEnd`; behind what is not ASCII the window is empty up to `plainFrom`. */
  let text = "";
  let windowStart = 0;
  let windowEnd = 0;
  let plainFrom = 0;
  let next = 0;
  return (row) => {
    const start = offsets[row]!;
    const end = offsets[row + 1]!;
    const follows = row >= next && row - next <= nearRows;
    next = row + 1;
    if (start >= windowStart && end <= windowEnd) return text.slice(start - windowStart, end - windowStart);
    if (follows && start >= plainFrom && end - start <= 64) {
      windowStart = start;
      windowEnd = Math.min(start + windowBytes, byteLength);
      const window = bytes.subarray(windowStart, windowEnd);
      if (isAscii(window)) {
        text = window.toString("latin1");
        return text.slice(0, end - start);
      }
      plainFrom = windowEnd;
      windowEnd = windowStart;
    }
    return bytes.toString("utf8", start, end);
  };
}
