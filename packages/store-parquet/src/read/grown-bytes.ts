import { checkAllocation } from "../format/allocation-limit.js";

/**
 * Room for `needed` bytes: the array itself where it has it, else one at least twice as large with the same beginning.
 * What is beyond the beginning is zero. Its length is a multiple of 8.
 */
export function grownBytes(bytes: Uint8Array<ArrayBuffer>, needed: number): Uint8Array<ArrayBuffer> {
  if (needed <= bytes.byteLength) return bytes;
  checkAllocation(needed, "the values of a column");
  const grown = new Uint8Array(Math.ceil(Math.max(needed, bytes.byteLength * 2, 64) / 8) * 8);
  grown.set(bytes);
  return grown;
}

/** The first `length` bytes; as a copy where that gives back much more memory than is kept. */
export function usedBytes(bytes: Uint8Array<ArrayBuffer>, length: number): Uint8Array<ArrayBuffer> {
  if (length === bytes.byteLength) return bytes;
  return length < bytes.byteLength * 0.75 ? bytes.slice(0, length) : bytes.subarray(0, length);
}
