import type { Data } from "apache-arrow";
import { bytesOf, hasNulls, refuseMissing } from "../../write/gather-column.js";

/** Bits of the rows of a column, the first of them at bit `offset`. */
export interface Bits {
  readonly bytes: Uint8Array;
  readonly offset: number;
}

/** Which rows are not null; `undefined` when none is. Blind to the type `Null`. */
export function validityMemory(data: Data): Bits | undefined {
  return hasNulls(data) ? { bytes: data.nullBitmap, offset: data.offset } : undefined;
}

/**
 * The values of a column of a fixed width in bytes, one for each row.
 *
 * @throws LarderError `ragged-table` when a row that is not null has no value
 */
export function fixedMemory(data: Data, width: number): Uint8Array {
  const bytes = bytesMemory(data);
  const wanted = data.length * width;
  if (bytes.byteLength >= wanted) return bytes.subarray(0, wanted);
  refuseMissing(allRows(data), Math.floor(bytes.byteLength / width));
  const padded = new Uint8Array(wanted);
  padded.set(bytes);
  return padded;
}

/** The bits of a column of booleans. @throws LarderError `ragged-table` */
export function bitMemory(data: Data): Bits {
  const bytes = bytesMemory(data);
  const present = bytes.byteLength * 8 - data.offset;
  if (present < data.length) refuseMissing(allRows(data), Math.max(present, 0));
  return { bytes, offset: data.offset };
}

/**
 * Where the values of each row begin, and after the last one end: `length + 1` numbers.
 *
 * @throws LarderError `ragged-table` when a row that is not null has no value
 */
export function offsetMemory(data: Data): Int32Array | Float64Array {
  const own: Int32Array | BigInt64Array = data.valueOffsets ?? new Int32Array(0);
  const wanted = data.length + 1;
  if (own.length < wanted) refuseMissing(allRows(data), Math.max(own.length - 1, 0));
  if (own instanceof Int32Array && own.length >= wanted) return own.subarray(0, wanted);
  const offsets = new Float64Array(wanted);
  const present = Math.min(own.length, wanted);
  if (own instanceof Int32Array) offsets.set(own.subarray(0, present));
  else {
    // By words, without making a bigint of each.
    const words = new Int32Array(own.buffer, own.byteOffset, present * 2);
    for (let i = 0; i < present; i++) offsets[i] = words[i * 2 + 1]! * 2 ** 32 + (words[i * 2]! >>> 0);
  }
  if (present > 0) offsets.fill(offsets[present - 1]!, present);
  return offsets;
}

/** The memory of a column's values, whatever they are. */
export function bytesMemory(data: Data): Uint8Array {
  return bytesOf(data.values);
}

function allRows(data: Data) {
  return { data, from: 0, to: data.length };
}
