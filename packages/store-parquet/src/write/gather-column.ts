import { LarderError } from "@larder/core";
import { type ArrowLikeData, type ArrowLikeType, ArrowTypeId } from "../arrow/arrow-like.js";
import { widthOf } from "../arrow/type-size.js";
import { copyBits, countBits, setBits } from "../format/bitmaps.js";
import { bytesOver } from "../format/value-conversion.js";

/** Rows of one column, laid side by side from however many chunks they were in. */
export interface GatheredRows {
  readonly rows: number;
  readonly nullCount: number;
  /** Bit 0 is the first row; absent when there is no null. */
  readonly validity?: Uint8Array;
  readonly values: GatheredValues;
}

export type GatheredValues =
  /** Little-endian values of `width` bytes, one for each row (any bytes where it is null). */
  | { readonly kind: "fixed"; readonly width: number; readonly bytes: Uint8Array }
  | { readonly kind: "bits"; readonly bits: Uint8Array }
  /** Row i is `bytes[offsets[i] … offsets[i + 1]]`; offsets need not begin at 0. */
  | { readonly kind: "bytes"; readonly offsets: Int32Array | BigInt64Array; readonly bytes: Uint8Array }
  | { readonly kind: "nothing" };

/** Calls back with the bytes of each row's value, of nulls too (any bytes), as a range of the values' memory. */
export function eachValue(
  { rows, values }: GatheredRows,
  onValue: (bytes: Uint8Array, start: number, end: number, row: number) => void,
): void {
  if (values.kind === "fixed") {
    const { bytes, width } = values;
    for (let row = 0; row < rows; row++) onValue(bytes, row * width, (row + 1) * width, row);
  } else if (values.kind === "bytes") {
    const { bytes, offsets } = values;
    for (let row = 0; row < rows; row++) onValue(bytes, Number(offsets[row]!), Number(offsets[row + 1]!), row);
  }
}

/** The rows from `start` to `end` of a column's chunks. Where they lie in one chunk, its memory is used as it is. */
export function gatherRows(chunks: readonly ArrowLikeData[], start: number, end: number): GatheredRows {
  const pieces: Piece[] = [];
  let chunkStart = 0;
  for (const data of chunks) {
    const from = Math.max(start - chunkStart, 0);
    const to = Math.min(end - chunkStart, data.length);
    if (from < to) pieces.push({ data, from, to, row: chunkStart + from - start });
    chunkStart += data.length;
    if (chunkStart >= end) break;
  }
  const rows = end - start;
  const type = chunks[0]?.type ?? { typeId: ArrowTypeId.Null };
  if (type.typeId === ArrowTypeId.Null) {
    return { rows, nullCount: rows, validity: new Uint8Array((rows + 7) >>> 3), values: { kind: "nothing" } };
  }
  const validity = gatherValidity(pieces, rows);
  return { rows, ...validity, values: gatherValues(type, pieces, rows) };
}

interface Piece {
  readonly data: ArrowLikeData;
  readonly from: number;
  readonly to: number;
  /** Where the piece begins in the answer. */
  readonly row: number;
}

function gatherValidity(pieces: readonly Piece[], rows: number): { nullCount: number; validity?: Uint8Array } {
  if (pieces.every(({ data }) => !hasNulls(data))) return { nullCount: 0 };
  const validity = new Uint8Array((rows + 7) >>> 3);
  for (const { data, from, to, row } of pieces) {
    if (hasNulls(data)) copyBits(data.nullBitmap!, data.offset + from, validity, row, to - from);
    else setBits(validity, row, to - from);
  }
  const valid = countBits(validity, 0, rows);
  return valid === rows ? { nullCount: 0 } : { nullCount: rows - valid, validity };
}

/** Whether a chunk holds a null of its own. */
export function hasNulls(data: ArrowLikeData): boolean {
  return data.nullCount > 0 && (data.nullBitmap?.length ?? 0) > 0;
}

function gatherValues(type: ArrowLikeType, pieces: readonly Piece[], rows: number): GatheredValues {
  switch (type.typeId) {
    case ArrowTypeId.Bool: {
      const bits = new Uint8Array((rows + 7) >>> 3);
      for (const { data, from, to, row } of pieces)
        copyBits(bytesOf(data.values), data.offset + from, bits, row, to - from);
      return { kind: "bits", bits };
    }
    case ArrowTypeId.Utf8:
    case ArrowTypeId.Binary:
    case ArrowTypeId.LargeUtf8:
    case ArrowTypeId.LargeBinary:
      return gatherBytes(pieces, rows);
    default:
      return gatherFixed(pieces, rows, widthOf(type));
  }
}

function gatherFixed(pieces: readonly Piece[], rows: number, width: number): GatheredValues {
  const views = pieces.map((piece) => {
    const { data, from, to } = piece;
    const view = bytesOf(data.values).subarray(from * width, to * width);
    const missing = (to - from) * width - view.byteLength;
    if (missing === 0) return view;
    refuseMissing(piece, Math.floor(view.byteLength / width));
    const padded = new Uint8Array((to - from) * width);
    padded.set(view);
    return padded;
  });
  if (views.length === 1) return { kind: "fixed", width, bytes: views[0]! };
  const bytes = new Uint8Array(rows * width);
  for (const [i, { row }] of pieces.entries()) bytes.set(views[i]!, row * width);
  return { kind: "fixed", width, bytes };
}

function gatherBytes(pieces: readonly Piece[], rows: number): GatheredValues {
  const only = pieces[0];
  if (pieces.length === 1 && only) return { kind: "bytes", offsets: offsetsOf(only), bytes: bytesOf(only.data.values) };
  const parts = pieces.map((piece) => {
    const { data, row } = piece;
    const own = offsetsOf(piece);
    const first = Number(own[0]);
    return { own, first, row, view: bytesOf(data.values).subarray(first, Number(own[own.length - 1])) };
  });
  const total = parts.reduce((sum, { view }) => sum + view.byteLength, 0);
  const offsets = total < 2 ** 31 ? new Int32Array(rows + 1) : new BigInt64Array(rows + 1);
  let base = 0;
  for (const { own, first, row, view } of parts) {
    if (offsets instanceof Int32Array)
      for (let i = 0; i < own.length; i++) offsets[row + i] = base + Number(own[i]) - first;
    else for (let i = 0; i < own.length; i++) offsets[row + i] = BigInt(base - first) + BigInt(own[i]!);
    base += view.byteLength;
  }
  const bytes = new Uint8Array(total);
  let at = 0;
  for (const { view } of parts) {
    bytes.set(view, at);
    at += view.byteLength;
  }
  return { kind: "bytes", offsets, bytes };
}

function offsetsOf(piece: Piece): Int32Array | BigInt64Array {
  const { data, from, to } = piece;
  const offsets = data.valueOffsets?.subarray(from, to + 1) ?? new Int32Array(0);
  if (offsets.length === to - from + 1) return offsets;
  refuseMissing(piece, Math.max(offsets.length - 1, 0));
  const padded = new BigInt64Array(to - from + 1);
  const last = offsets.length > 0 ? offsets[offsets.length - 1]! : 0;
  for (let i = 0; i < padded.length; i++) padded[i] = BigInt(i < offsets.length ? offsets[i]! : last);
  return padded;
}

/**
 * Arrow's builders leave out the values of nulls at the end; a row that is not null must have its value.
 *
 * @param present rows from `from` on that have one
 * @throws LarderError `ragged-table`
 */
export function refuseMissing({ data, from, to }: Pick<Piece, "data" | "from" | "to">, present: number): void {
  const start = data.offset + from + present;
  const missing = to - from - present;
  if (missing > 0 && (!hasNulls(data) || countBits(data.nullBitmap!, start, missing) > 0)) throw raggedColumn();
}

/** A column that has not what its own numbers say. */
export function raggedColumn(): LarderError {
  return new LarderError("A column of the table has fewer values than the table has rows. Build the table anew.", {
    code: "ragged-table",
  });
}

/** The memory of a column's values, whatever they are. */
export function bytesOf(values: ArrayBufferView | undefined): Uint8Array {
  return values ? bytesOver(values) : new Uint8Array(0);
}

/** A row of a dictionary column points beyond its dictionary. */
export function badIndex(): LarderError {
  return new LarderError("A dictionary column of the table has an index without an entry. Build the table anew.", {
    code: "invalid-dictionary",
  });
}
