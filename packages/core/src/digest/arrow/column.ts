import type { ArrowData, ArrowType } from "./arrow-shape.js";
import { type Refuse, typeId, typeText } from "./arrow-type.js";
import { allSet, clearMasked, copyBits, createBitmap, type Validity } from "./validity.js";

/** A run of rows of a column: where they lie in memory, and which rows of the column they are. */
export interface Piece {
  readonly data: ArrowData;
  /** First row within `data`. */
  readonly from: number;
  readonly length: number;
  /** First row within the column. */
  readonly row: number;
}

/** A column as one sequence of rows, however many pieces it lies in. */
export interface Column {
  readonly type: ArrowType;
  readonly length: number;
  readonly pieces: readonly Piece[];
  readonly validity: Validity;
}

/**
 * Gathers a column from its runs.
 *
 * @param mask - the rows that can be valid at all: a field of a struct that is null has no value
 */
export function createColumn(
  type: ArrowType,
  runs: readonly { data: ArrowData; from: number; length: number }[],
  mask: Validity,
  refuse: Refuse,
): Column {
  const pieces: Piece[] = [];
  let row = 0;
  for (const { data, from, length } of runs) {
    if (length === 0) continue;
    if (from < 0 || from + length > data.length) refuse("its parts are of different lengths");
    pieces.push({ data, from, length, row });
    row += length;
  }
  checkTypes(type, pieces, refuse);
  return { type, length: row, pieces, validity: gatherValidity(type, pieces, row, mask) };
}

/** Arrow fills missing columns of a batch with runs of type Null; any other difference is a broken table. */
function checkTypes(type: ArrowType, pieces: readonly Piece[], refuse: Refuse): void {
  let expected: string | undefined;
  let seen: ArrowType = type;
  for (const { data } of pieces) {
    if (data.type === type || data.type === seen || data.type.typeId === typeId.null) continue;
    expected ??= typeLayout(type, refuse);
    if (typeLayout(data.type, refuse) !== expected) refuse("the type of its values is not the type its schema says");
    seen = data.type;
  }
}

/** What decides how values lie in memory; names and metadata of children may differ between schema and data. */
function typeLayout(type: ArrowType, refuse: Refuse): string {
  if (Array.isArray(type.children) && type.children.length > 0) return `${type.typeId}/${type.children.length}`;
  return typeText(type, refuse);
}

function gatherValidity(type: ArrowType, pieces: readonly Piece[], length: number, mask: Validity): Validity {
  if (type.typeId === typeId.null) return length === 0 ? undefined : createBitmap(length, false);
  let bitmap: Uint8Array | undefined;
  for (const { data, from, length: rows, row } of pieces) {
    if (data.type.typeId === typeId.null) {
      bitmap ??= createBitmap(length, true);
      copyBits(createBitmap(rows, false), 0, bitmap, row, rows);
    } else if (data._nullCount !== 0 && data.nullBitmap != null && data.nullBitmap.byteLength > 0) {
      bitmap ??= createBitmap(length, true);
      copyBits(data.nullBitmap, data.offset + from, bitmap, row, rows);
    }
  }
  if (mask !== undefined) {
    if (bitmap === undefined) return mask;
    clearMasked(bitmap, mask);
  }
  return bitmap === undefined || allSet(bitmap, length) ? undefined : bitmap;
}
