import { countBits } from "../../format/bitmaps.js";
import { damagedParquet } from "../../format/parquet-errors.js";

/** Wanted rows of one page. */
export interface PageRows {
  /** Wanted rows of the file, ascending, counted from its start. */
  readonly rows: Int32Array;
  /** Those from place `from` to place `to` are of the page. */
  readonly from: number;
  readonly to: number;
  /** The row that the page begins with, counted alike. */
  readonly firstRow: number;
}

/**
 * Where the values of wanted rows stand among the values of their page: for each row its place goes into `places`, from `from` on,
 * -1 for a null.
 *
 * @param entries rows of the page
 * @param validity its bitmap; absent where every row holds a value
 * @returns values in the page, and nulls among the wanted rows
 * @throws LarderError `damaged-parquet` where the page does not hold the rows
 */
export function placeRows(
  { rows, from, to, firstRow }: PageRows,
  entries: number,
  validity: Uint8Array | undefined,
  places: Int32Array,
): { present: number; nulls: number } {
  if (rows[from]! < firstRow || rows[to - 1]! >= firstRow + entries) {
    throw damagedParquet("a page does not hold the rows that its index states");
  }
  if (!validity) {
    for (let i = from; i < to; i++) places[i] = rows[i]! - firstRow;
    return { present: entries, nulls: 0 };
  }
  const nulls = placeAmongNulls(rows, from, to, firstRow, validity, places);
  return { present: countBits(validity, 0, entries), nulls };
}

function placeAmongNulls(
  rows: Int32Array,
  from: number,
  to: number,
  firstRow: number,
  validity: Uint8Array,
  places: Int32Array,
): number {
  let nulls = 0;
  /** Values in the bytes before `byte`. */
  let before = 0;
  let byte = 0;
  for (let i = from; i < to; i++) {
    const row = rows[i]! - firstRow;
    const at = row >>> 3;
    for (; byte < at; byte++) before += ones[validity[byte]!]!;
    const bits = validity[at]!;
    const mask = 1 << (row & 7);
    if ((bits & mask) === 0) {
      places[i] = -1;
      nulls++;
    } else places[i] = before + ones[bits & (mask - 1)]!;
  }
  return nulls;
}

/** Bits that are 1, of each byte. */
const ones = Uint8Array.from({ length: 256 }, (_, byte) => {
  let count = 0;
  for (let rest = byte; rest > 0; rest >>>= 1) count += rest & 1;
  return count;
});
