import type { TaggedBytes } from "../tagged-bytes.js";
import type { ArrowData, ArrowType } from "./arrow-shape.js";
import { type Refuse, typeId } from "./arrow-type.js";
import type { Column, Piece } from "./column.js";
import { nextBit } from "./validity.js";

/** Rows made canonical at a time. */
const blockRows = 8192;

/**
 * Writes the values of a fixed-width column as they lie in memory, with zeros under nulls and one NaN for all. Only
 * blocks that hold a null or a NaN are copied.
 */
export function writeFixedWidth(column: Column, out: TaggedBytes, refuse: Refuse): void {
  const width = bytesPerRow(column.type, column.pieces, refuse);
  if (width === 0) return;
  const scratch = new Uint8Array(width * Math.min(blockRows, column.length));
  for (const piece of column.pieces) {
    if (piece.data.type.typeId === typeId.null) {
      writeZeros(piece.length * width, scratch, out);
      continue;
    }
    const bytes = valueBytes(piece.data);
    const findNaN = nanFinder(column.type, piece.data);
    for (let start = 0; start < piece.length; start += blockRows) {
      const rows = Math.min(blockRows, piece.length - start);
      const from = piece.from + start;
      const row = piece.row + start;
      const present = bytes.subarray(from * width, (from + rows) * width);
      const firstNull = column.validity === undefined ? row + rows : nextBit(column.validity, row, row + rows, false);
      const hasNull = firstNull < row + rows;
      if (!hasNull && findNaN?.(from, from + rows) !== true) {
        if (present.byteLength !== rows * width) refuse("its values are shorter than its length");
        out.bytes(present);
        continue;
      }
      const block = scratch.subarray(0, rows * width);
      block.set(present);
      // A builder may leave out the values of trailing nulls.
      block.fill(0, present.byteLength);
      if (present.byteLength !== block.byteLength && !hasNull) refuse("its values are shorter than its length");
      if (findNaN !== undefined) setOneNaN(column.type, block);
      if (hasNull) {
        if (column.validity !== undefined && present.byteLength < block.byteLength) {
          const missing = row + Math.floor(present.byteLength / width);
          if (nextBit(column.validity, missing, row + rows, true) < row + rows) {
            refuse("its values are shorter than its length");
          }
        }
        clearNulls(column.validity!, row, rows, width, block);
      }
      out.bytes(block);
    }
  }
}

function clearNulls(validity: Uint8Array, row: number, rows: number, width: number, block: Uint8Array): void {
  const end = row + rows;
  let at = nextBit(validity, row, end, false);
  while (at < end) {
    const stop = nextBit(validity, at, end, true);
    block.fill(0, (at - row) * width, (stop - row) * width);
    at = nextBit(validity, stop, end, false);
  }
}

function writeZeros(length: number, scratch: Uint8Array, out: TaggedBytes): void {
  scratch.fill(0);
  for (let left = length; left > 0; left -= scratch.byteLength) {
    out.bytes(scratch.subarray(0, Math.min(left, scratch.byteLength)));
  }
}

/** The bytes of one row; the same in every piece. */
export function bytesPerRow(type: ArrowType, pieces: readonly Piece[], refuse: Refuse): number {
  let width: number | undefined;
  for (const { data } of pieces) {
    if (data.type.typeId === typeId.null) continue;
    if (!ArrayBuffer.isView(data.values)) return refuse("it has no values");
    const bytes = data.values.BYTES_PER_ELEMENT * data.stride;
    if (width !== undefined && width !== bytes) refuse("the width of its values differs between its parts");
    width = bytes;
  }
  const declared = declaredWidth(type);
  if (width !== undefined && declared !== undefined && width !== declared) {
    refuse("the width of its values is not the one its type says");
  }
  return width ?? declared ?? 0;
}

/** Bytes of one value by the type alone. */
function declaredWidth(type: ArrowType): number | undefined {
  switch (type.typeId) {
    case typeId.int:
    case typeId.decimal:
    case typeId.time:
      return (type.bitWidth as number) / 8;
    case typeId.float:
      return [2, 4, 8][type.precision as number];
    case typeId.date:
      return [4, 8][type.unit as number];
    case typeId.timestamp:
    case typeId.duration:
      return 8;
    case typeId.interval:
      return [4, 8, 16][type.unit as number];
    case typeId.fixedSizeBinary:
      return type.byteWidth as number;
    default:
      return undefined;
  }
}

/** A run's values as bytes. */
export function valueBytes(data: ArrowData): Uint8Array {
  const values = data.values!;
  return new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
}

/** Looks for a NaN among rows of a run of floats. */
function nanFinder(type: ArrowType, data: ArrowData): ((from: number, to: number) => boolean) | undefined {
  if (type.typeId !== typeId.float) return undefined;
  const values = data.values;
  if (values instanceof Float64Array || values instanceof Float32Array) {
    return (from, to) => {
      const end = Math.min(to, values.length);
      for (let index = from; index < end; index++) if (Number.isNaN(values[index]!)) return true;
      return false;
    };
  }
  const halves = values as Uint16Array;
  return (from, to) => {
    const end = Math.min(to, halves.length);
    for (let index = from; index < end; index++) if ((halves[index]! & 0x7fff) > 0x7c00) return true;
    return false;
  };
}

/** Gives every NaN of a block the same bits. */
function setOneNaN(type: ArrowType, block: Uint8Array): void {
  const { buffer, byteOffset, byteLength } = block;
  if (type.precision === 0) {
    const halves = new Uint16Array(buffer, byteOffset, byteLength / 2);
    for (let index = 0; index < halves.length; index++) if ((halves[index]! & 0x7fff) > 0x7c00) halves[index] = 0x7e00;
    return;
  }
  const floats =
    type.precision === 1
      ? new Float32Array(buffer, byteOffset, byteLength / 4)
      : new Float64Array(buffer, byteOffset, byteLength / 8);
  for (let index = 0; index < floats.length; index++) if (Number.isNaN(floats[index]!)) floats[index] = Number.NaN;
}
