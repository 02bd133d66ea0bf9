import { alignedTo } from "../../format/value-conversion.js";

/** The same memory as words of 32 bits, low word first; copied where it is not aligned. Whole words only. */
export function wordsOver(bytes: Uint8Array): Int32Array {
  const { buffer, byteOffset, byteLength } = alignedTo(bytes, 4);
  return new Int32Array(buffer, byteOffset, byteLength >>> 2);
}
