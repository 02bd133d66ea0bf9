import { LarderError } from "@larder/core";
import { getBit } from "../../format/bitmaps.js";
import { raggedColumn } from "../../write/gather-column.js";
import type { Picks } from "./picks.js";

/** Values of any length in a row of memory: value i goes from `offsets[i]` to `offsets[i + 1]`. */
export interface LongRows {
  readonly offsets: Int32Array | Float64Array;
  /** Bytes, or elements of lists, that are there. */
  readonly size: number;
}

/** Texts or bytes of the rows of a column. */
export interface ByteRows extends LongRows {
  readonly bytes: Uint8Array;
}

/** Offsets as Arrow has them, with 32 or 64 bits, and the memory they point into. */
export interface TakenBytes {
  readonly valueOffsets: Int32Array | BigInt64Array;
  readonly data: Uint8Array;
}

/**
 * Texts or bytes, picked; empty where null.
 *
 * @param nullBitmap rows of the answer that are not null; absent: all
 * @param type of the answer, for the error
 * @throws LarderError `ragged-table`; `column-too-large` when there are more bytes than the offsets can count
 */
export function takeBytes(
  sources: readonly ByteRows[],
  picks: Picks,
  nullBitmap: Uint8Array | undefined,
  isLarge: boolean,
  type: string,
): TakenBytes {
  const { length } = picks;
  const offsets = isLarge ? new Float64Array(length + 1) : new Int32Array(length + 1);
  const starts = sources.some(({ size }) => size >= 2 ** 31) ? new Float64Array(length) : startsOf(length);
  const total = takeOffsets(sources, picks, nullBitmap, offsets, starts);
  if (!isLarge) refuseMany(total, type);
  const data = new Uint8Array(total);
  copyValues(sources, picks, offsets, starts, data);
  return { valueOffsets: offsets instanceof Float64Array ? wideOffsets(offsets) : offsets, data };
}

/**
 * Where each row of the answer begins, from 0, and where its value begins in its source. Rows that are null are empty.
 *
 * @param offsets is filled: one number more than there are rows; wrong where more than it can hold is returned
 * @param starts is filled for rows that are not empty
 * @returns where the last row ends
 * @throws LarderError `ragged-table`
 */
export function takeOffsets(
  sources: readonly LongRows[],
  { length, source, row }: Picks,
  nullBitmap: Uint8Array | undefined,
  offsets: Int32Array | Float64Array,
  starts: Int32Array | Float64Array,
): number {
  let own = sources[0];
  let total = 0;
  for (let i = 0; i < length; i++) {
    const from = row[i]!;
    if (from >= 0 && (nullBitmap === undefined || getBit(nullBitmap, i) === 1)) {
      if (source) own = sources[source[i]!];
      const start = own!.offsets[from]!;
      const end = own!.offsets[from + 1]!;
      if (!(start >= 0 && end >= start && end <= own!.size)) throw raggedColumn();
      starts[i] = start;
      total += end - start;
    }
    offsets[i + 1] = total;
  }
  return total;
}

/** @throws LarderError `column-too-large` for more bytes, or elements, than offsets of 32 bits can count */
export function refuseMany(total: number, type: string): void {
  if (total < 2 ** 31) return;
  throw new LarderError(
    `A column of type ${type} would hold ${total} bytes or elements, more than its type can count. Ask for fewer rows at once, or use its large counterpart.`,
    { code: "column-too-large", facts: { type, total } },
  );
}

/** Offsets as columns with offsets of 64 bits have them. */
export function wideOffsets(offsets: Float64Array): BigInt64Array {
  const wide = new BigInt64Array(offsets.length);
  const words = new Int32Array(wide.buffer);
  for (let i = 0; i < offsets.length; i++) {
    words[i * 2] = offsets[i]! >>> 0;
    words[i * 2 + 1] = offsets[i]! / 2 ** 32;
  }
  return wide;
}

function copyValues(
  sources: readonly ByteRows[],
  { length, source }: Picks,
  offsets: Int32Array | Float64Array,
  starts: Int32Array | Float64Array,
  data: Uint8Array,
): void {
  const views = sources.map(({ bytes }) => viewOver(bytes));
  const target = viewOver(data);
  for (let i = 0; i < length; ) {
    const at = offsets[i]!;
    const first = i++;
    if (offsets[i] === at) continue;
    const start = starts[first]!;
    let end = start + offsets[i]! - at;
    // Rows that follow each other in the source too are copied as one.
    for (; i < length; i++) {
      const size = offsets[i + 1]! - offsets[i]!;
      if (size === 0) continue;
      if (starts[i] !== end || (source && source[i] !== source[first])) break;
      end += size;
    }
    const place = source ? source[first]! : 0;
    if (end - start > fewBytes) data.set(sources[place]!.bytes.subarray(start, end), at);
    else copyFew(views[place]!, start, end, target, at);
  }
}

/** Up to so many bytes a loop is faster than a call. */
const fewBytes = 80;

/** Four at a time: that takes two thirds of the time. */
function copyFew(source: DataView, start: number, end: number, target: DataView, at: number): void {
  let from = start;
  let to = at;
  for (; from + 4 <= end; from += 4, to += 4) target.setInt32(to, source.getInt32(from, true), true);
  for (; from < end; from++, to++) target.setUint8(to, source.getUint8(from));
}

function viewOver({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}

/** Memory for starts that is used again, for fresh memory costs more than what is done with it. */
let kept = new Int32Array(0);

const mostKept = 2 ** 20;

function startsOf(length: number): Int32Array {
  if (length > mostKept) return new Int32Array(length);
  if (kept.length < length) kept = new Int32Array(Math.min(mostKept, length * 2));
  return kept;
}
