import { damagedParquet } from "./parquet-errors.js";

/** What a Thrift struct holds: numbers of any width, truth, bytes as a view, lists, and structs again. */
export type ThriftValue = number | boolean | Uint8Array | readonly ThriftValue[] | ThriftStruct;

/** Fields by their number; those that are not stated are left out. */
export interface ThriftStruct {
  readonly fields: readonly (ThriftValue | undefined)[];
}

/** Deeper than any structure of Parquet. */
const mostDepth = 32;
/** Fields with a higher number are unknown to every structure of Parquet that is read this way, and left out. */
const mostField = 32;

interface Cursor {
  readonly bytes: Uint8Array;
  at: number;
}

/**
 * Reads one struct in Thrift's compact protocol. Nothing is believed: lengths are held against the bytes before memory is taken.
 * Integers of 64 bits come as numbers, exact up to 2⁵³.
 *
 * Source: https://github.com/apache/thrift/blob/master/doc/specs/thrift-compact-protocol.md
 *
 * @returns the struct, and where it ends
 * @throws LarderError `damaged-parquet`
 */
export function readThrift(bytes: Uint8Array, offset: number): { readonly struct: ThriftStruct; readonly end: number } {
  const cursor: Cursor = { bytes, at: offset };
  const struct = structAt(cursor, 0);
  return { struct, end: cursor.at };
}

/** A field that is a number, else `NaN`, which no check lets pass. */
export function numberField(struct: ThriftStruct, field: number): number {
  const value = struct.fields[field];
  return typeof value === "number" ? value : Number.NaN;
}

/** A field that is a struct. */
export function structField(struct: ThriftStruct, field: number): ThriftStruct | undefined {
  const value = struct.fields[field];
  return isStruct(value) ? value : undefined;
}

/** A field that is a list; empty where there is none. */
export function listField(struct: ThriftStruct, field: number): readonly ThriftValue[] {
  const value = struct.fields[field];
  return Array.isArray(value) ? (value as readonly ThriftValue[]) : [];
}

/** Whether a value is a struct. */
export function isStruct(value: ThriftValue | undefined): value is ThriftStruct {
  return typeof value === "object" && "fields" in value;
}

function structAt(cursor: Cursor, depth: number): ThriftStruct {
  if (depth > mostDepth) throw damagedParquet("its metadata is nested too deeply");
  const fields: (ThriftValue | undefined)[] = [];
  let field = 0;
  for (;;) {
    const header = byteAt(cursor);
    const type = header & 0x0f;
    if (header === 0) return { fields };
    if (type === 0) throw damagedParquet("its metadata has a value of no known type");
    // A field number that does not follow the last one closely comes on its own.
    field = header >>> 4 === 0 ? zigzag(cursor) : field + (header >>> 4);
    const value = type === 1 ? true : type === 2 ? false : valueAt(cursor, type, depth);
    if (field > 0 && field <= mostField) {
      while (fields.length < field) fields.push(undefined);
      fields[field] = value;
    }
  }
}

function valueAt(cursor: Cursor, type: number, depth: number): ThriftValue {
  switch (type) {
    case 3: // byte
      return (byteAt(cursor) << 24) >> 24;
    case 4: // i16
    case 5: // i32
    case 6: // i64
      return zigzag(cursor);
    case 7: // double
      return doubleAt(take(cursor, 8));
    case 8: // binary
      return take(cursor, varint(cursor));
    case 9: // list
      return listAt(cursor, depth + 1);
    case 12: // struct
      return structAt(cursor, depth + 1);
    default:
      throw damagedParquet("its metadata has a value of no known type");
  }
}

function listAt(cursor: Cursor, depth: number): readonly ThriftValue[] {
  if (depth > mostDepth) throw damagedParquet("its metadata is nested too deeply");
  const header = byteAt(cursor);
  const type = header & 0x0f;
  const count = header >>> 4 === 15 ? varint(cursor) : header >>> 4;
  // Every element takes a byte at least.
  if (count > cursor.bytes.byteLength - cursor.at) throw damagedParquet("its metadata states more than it holds");
  const list = new Array<ThriftValue>(count);
  // In a list, truth takes a byte.
  if (type <= 2) for (let i = 0; i < count; i++) list[i] = byteAt(cursor) === 1;
  else for (let i = 0; i < count; i++) list[i] = valueAt(cursor, type, depth);
  return list;
}

function take(cursor: Cursor, length: number): Uint8Array {
  const { bytes, at } = cursor;
  if (length > bytes.byteLength - at) throw damagedParquet("its metadata states more than it holds");
  cursor.at = at + length;
  return bytes.subarray(at, at + length);
}

function byteAt(cursor: Cursor): number {
  if (cursor.at >= cursor.bytes.byteLength) throw damagedParquet("its metadata ends too early");
  return cursor.bytes[cursor.at++]!;
}

/** An unsigned number of up to 64 bits; rounded beyond 2⁵³. */
function varint(cursor: Cursor): number {
  let value = 0;
  let unit = 1;
  for (let i = 0; i < 10; i++) {
    const byte = byteAt(cursor);
    value += (byte & 0x7f) * unit;
    if (byte < 0x80) return value;
    unit *= 128;
  }
  throw damagedParquet("its metadata has a number without an end");
}

function zigzag(cursor: Cursor): number {
  const value = varint(cursor);
  return value % 2 === 0 ? value / 2 : -(value + 1) / 2;
}

function doubleAt(bytes: Uint8Array): number {
  return new DataView(bytes.buffer, bytes.byteOffset, 8).getFloat64(0, true);
}
