import { TaggedBytes } from "../tagged-bytes.js";
import type { ArrowData, ArrowType, ArrowVector } from "./arrow-shape.js";
import { type Refuse, typeId } from "./arrow-type.js";
import { type Column, createColumn } from "./column.js";
import { writeColumn, writeValidity } from "./column-digest.js";
import { bitAt, createBitmap } from "./validity.js";
import { offsetAt } from "./variable-width-digest.js";

/** Indices written at a time. */
const blockRows = 8192;
const unknownEntry = -2;
const nullEntry = -1;

/**
 * Writes a dictionary column as if its dictionary held each value once, in the order in which rows first use it: the
 * order, doubles and unused entries of the dictionaries in memory don't matter, and an index that names a null is a null.
 */
export function writeDictionary(column: Column, out: TaggedBytes, refuse: Refuse): void {
  const numbers = new Map<string, number>();
  const entriesOf = new Map<ArrowVector, Int32Array>();
  const validity = createBitmap(column.length, false);
  const indices = new Uint32Array(column.length);
  let nulls = false;
  for (const { data, from, length, row } of column.pieces) {
    if (data.type.typeId === typeId.null) {
      nulls = true;
      continue;
    }
    const dictionary = data.dictionary;
    if (dictionary == null || data.values == null) refuse("it is a dictionary column without its dictionary");
    let entries = entriesOf.get(dictionary);
    if (entries === undefined) {
      entries = new Int32Array(dictionary.length).fill(unknownEntry);
      entriesOf.set(dictionary, entries);
    }
    const keyOf = entryKeys(dictionary, refuse);
    const values = data.values;
    for (let index = 0; index < length; index++) {
      const at = row + index;
      if (column.validity !== undefined && !bitAt(column.validity, at)) {
        nulls = true;
        continue;
      }
      const entry = Number(values[from + index]);
      let number = entries[entry];
      if (number === undefined) refuse("an index lies outside its dictionary");
      if (number === unknownEntry) {
        const key = keyOf(entry);
        number = key === undefined ? nullEntry : (numbers.get(key) ?? numbers.size);
        if (key !== undefined) numbers.set(key, number);
        entries[entry] = number;
      }
      if (number === nullEntry) {
        nulls = true;
        continue;
      }
      indices[at] = number;
      validity[at >> 3]! |= 1 << (at & 7);
    }
  }
  writeValidity({ ...column, validity: nulls ? validity : undefined }, out);
  for (let start = 0; start < column.length; start += blockRows) {
    const block = indices.subarray(start, start + blockRows);
    out.bytes(new Uint8Array(block.buffer, block.byteOffset, block.byteLength));
  }
  out.count(numbers.size);
  for (const key of numbers.keys()) out.string(key);
}

/** What tells the entries of a dictionary apart: the bytes of a value as text, `undefined` for null. */
function entryKeys(dictionary: ArrowVector, refuse: Refuse): (entry: number) => string | undefined {
  const starts: number[] = [];
  let length = 0;
  for (const data of dictionary.data) {
    starts.push(length);
    length += data.length;
  }
  let chunk = 0;
  return (entry) => {
    while (chunk > 0 && entry < starts[chunk]!) chunk--;
    while (chunk + 1 < starts.length && entry >= starts[chunk + 1]!) chunk++;
    const data = dictionary.data[chunk];
    const index = entry - starts[chunk]!;
    if (data === undefined || index >= data.length) return refuse("an index lies outside its dictionary");
    return entryKey(dictionary.type, data, index, refuse);
  };
}

function entryKey(type: ArrowType, data: ArrowData, index: number, refuse: Refuse): string | undefined {
  const { nullBitmap } = data;
  if (data.type.typeId === typeId.null) return undefined;
  if (data._nullCount !== 0 && nullBitmap != null && nullBitmap.byteLength > 0) {
    if (!bitAt(nullBitmap, data.offset + index)) return undefined;
  }
  if (type.typeId === typeId.utf8 || type.typeId === typeId.binary) {
    const start = offsetAt(data, index, refuse);
    const end = offsetAt(data, index + 1, refuse);
    const values = data.values as Uint8Array | undefined;
    if (end < start || (end > start && (values === undefined || end > values.byteLength))) {
      return refuse("its offsets lie outside its values");
    }
    return values === undefined ? "" : latin1(values, start, end);
  }
  const column = createColumn(type, [{ data, from: index, length: 1 }], undefined, refuse);
  const out = new TaggedBytes();
  out.begin();
  writeColumn(column, out, refuse);
  out.end();
  const digest = out.digest();
  out.release();
  return column.validity === undefined ? digest : undefined;
}

function latin1(bytes: Uint8Array, start: number, end: number): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset + start, end - start).toString("latin1");
}
