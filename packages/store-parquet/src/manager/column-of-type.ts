import type { LarderError } from "@larder/core";
import type { Data, DataType } from "apache-arrow";
import type { ArrowLikeType } from "../arrow/arrow-like.js";
import { ArrowTypeId } from "../arrow/arrow-like.js";
import type { Arrow } from "../arrow/load-arrow.js";
import { typeText } from "../arrow/type-text.js";
import type { ColumnArray, ColumnValue } from "./columns-to-table.js";
import { type ElementRule, elementRule } from "./element-rules.js";
import { refusal } from "./refusals.js";

/** What offsets of 32 bits can count. */
const mostBytes = 2 ** 31 - 1;

/**
 * The values of a column as Arrow data of one type, where each is exactly one of that type.
 *
 * @throws LarderError `unsuitable-value` naming column and row
 */
export function columnOfType(
  arrow: Arrow,
  name: string,
  column: ColumnArray | readonly ColumnValue[],
  type: DataType,
  nullable: boolean,
): Data {
  const rule = elementRule(type as ArrowLikeType);
  if (ArrayBuffer.isView(column)) return arrayData(arrow, name, column, type, rule);
  const length = column.length;
  const validity = new Uint8Array((length + 7) >> 3);
  let nullCount = 0;
  for (let row = 0; row < length; row++) {
    const value = column[row];
    if (value === null) {
      if (!nullable) throw unsuitable(name, row, "is null, and the schema declares it not nullable");
      nullCount++;
      continue;
    }
    validity[row >> 3]! |= 1 << (row & 7);
    const why = rule === undefined ? noRule(type) : rule.refuse(value);
    if (why !== undefined) throw unsuitable(name, row, `is ${kindOfValue(value)}: ${why}`);
  }
  const nullBitmap = nullCount > 0 ? validity : undefined;
  if (type.typeId === ArrowTypeId.Null) return arrow.makeData({ type: new arrow.Null(), length });
  if (rule === undefined) throw unsuitable(name, 0, noRule(type));
  return arrow.makeData({ type, length, nullCount, nullBitmap, ...buffersOf(rule, name, column) } as never) as Data;
}

/** A typed array as it is, where its elements are those of the type. */
function arrayData(
  arrow: Arrow,
  name: string,
  column: ColumnArray,
  type: DataType,
  rule: ElementRule | undefined,
): Data {
  const isClamped = column instanceof Uint8ClampedArray;
  const values = isClamped ? new Uint8Array(column.buffer, column.byteOffset, column.byteLength) : column;
  if (rule?.array === undefined || !isOfArray(values, rule.array)) {
    const kind = Object.prototype.toString.call(column).slice("[object ".length, -1);
    throw unsuitable(name, 0, `comes in a ${kind}, which is no column of type ${typeText(type as ArrowLikeType)}`);
  }
  const data = new Uint8Array(values.buffer, values.byteOffset, values.byteLength);
  const own = Buffer.isBuffer(values) ? data : values;
  return arrow.makeData({ type, length: column.length, nullCount: 0, data: own } as never) as Data;
}

function isOfArray(values: ArrayBufferView, array: string): boolean {
  return Object.prototype.toString.call(values) === `[object ${array}]`;
}

function buffersOf(
  rule: ElementRule,
  name: string,
  column: readonly ColumnValue[],
): { data: unknown; valueOffsets?: unknown } {
  if (rule.fill !== undefined) return { data: rule.fill(column) };
  let bytes = 0;
  for (const value of column) if (value !== null) bytes += rule.byteLength!(value);
  if (bytes > mostBytes && rule.wide !== true) {
    throw unsuitable(
      name,
      0,
      `begins a column of ${bytes} bytes, more than its type can count. Use LargeUtf8 or LargeBinary`,
    );
  }
  const data = new Uint8Array(bytes);
  const ends = new Float64Array(column.length);
  let at = 0;
  for (const [row, value] of column.entries()) {
    if (value !== null) at += rule.write!(value, data, at);
    ends[row] = at;
  }
  const valueOffsets = rule.wide === true ? new BigInt64Array(ends.length + 1) : new Int32Array(ends.length + 1);
  if (valueOffsets instanceof BigInt64Array)
    for (const [row, end] of ends.entries()) valueOffsets[row + 1] = BigInt(end);
  else valueOffsets.set(ends, 1);
  return { data, valueOffsets };
}

function noRule(type: DataType): string {
  return `values are not turned into ${typeText(type as ArrowLikeType)}. Give an Arrow vector, or a table`;
}

/** What a value is, in words. */
export function kindOfValue(value: unknown): string {
  if (value === null) return "null";
  if (value instanceof Date) return "Date";
  if (value instanceof Uint8Array) return "Uint8Array";
  if (typeof value === "object") return Array.isArray(value) ? "an array" : "an object";
  return typeof value;
}

/** A value that has no place in its column. */
export function unsuitable(column: string, row: number, what: string): LarderError {
  return refusal("unsuitable-value", `Column ${JSON.stringify(column)}, row ${row}, ${what}.`, { column, row });
}
