import type { TaggedBytes } from "../tagged-bytes.js";
import type { ArrowData } from "./arrow-shape.js";
import { type Refuse, typeId } from "./arrow-type.js";
import type { Column } from "./column.js";
import { bitAt, forEachValidRun } from "./validity.js";

/** Lengths written at a time. */
const blockRows = 8192;

/** Writes the lengths of a column of strings or bytes, then the bytes of the values that are not null. */
export function writeVariableWidth(column: Column, out: TaggedBytes, refuse: Refuse): void {
  writeLengths(column, out, refuse);
  for (const { data, from, length, row } of column.pieces) {
    if (data.type.typeId === typeId.null) continue;
    forEachContentRun(column, row, length, (start, end) => {
      const first = offsetAt(data, start - row + from, refuse);
      const last = offsetAt(data, end - row + from, refuse);
      const values = data.values as Uint8Array | undefined;
      if (first === last) return;
      if (values === undefined || first < 0 || last < first || last > values.byteLength) {
        return refuse("its offsets lie outside its values");
      }
      out.bytes(values.subarray(first, last));
    });
  }
}

function forEachContentRun(column: Column, row: number, length: number, visit: (start: number, end: number) => void) {
  forEachValidRun(column.validity, row, row + length, visit);
}

/** Writes how long each row is: 4 bytes a row, 0 for null. */
export function writeLengths(column: Column, out: TaggedBytes, refuse: Refuse): void {
  const lengths = new Uint32Array(Math.min(blockRows, column.length));
  let filled = 0;
  const flush = () => {
    out.bytes(new Uint8Array(lengths.buffer, 0, filled * 4));
    filled = 0;
  };
  for (const { data, from, length, row } of column.pieces) {
    const isNull = data.type.typeId === typeId.null;
    const offsets = isNull ? undefined : offsetsOf(data, from + length, refuse);
    for (let index = 0; index < length; index++) {
      if (filled === lengths.length) flush();
      if (offsets === undefined || (column.validity !== undefined && !bitAt(column.validity, row + index))) {
        lengths[filled++] = 0;
        continue;
      }
      const bytes = offsets[from + index + 1]! - offsets[from + index]!;
      if (bytes < 0) refuse("its offsets go backwards");
      lengths[filled++] = bytes;
    }
  }
  flush();
}

const converted = new WeakMap<BigInt64Array, Float64Array>();

/** The offsets of a run as numbers, at least up to `last`. */
function offsetsOf(data: ArrowData, last: number, refuse: Refuse): Int32Array | Float64Array {
  const offsets = data.valueOffsets;
  if (offsets == null || offsets.length <= last) return refuse("it has fewer offsets than values");
  if (offsets instanceof Int32Array) return offsets;
  let numbers = converted.get(offsets);
  if (numbers === undefined) {
    numbers = Float64Array.from(offsets, Number);
    converted.set(offsets, numbers);
  }
  return numbers;
}

/** Where row `index` of a run begins. */
export function offsetAt(data: ArrowData, index: number, refuse: Refuse): number {
  const offset = data.valueOffsets?.[index];
  return offset === undefined ? refuse("it has fewer offsets than values") : Number(offset);
}
