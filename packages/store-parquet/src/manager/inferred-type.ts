import type { DataType } from "apache-arrow";
import type { Arrow } from "../arrow/load-arrow.js";
import { kindOfValue, unsuitable } from "./column-of-type.js";
import type { ColumnArray, ColumnValue } from "./columns-to-table.js";

/** The type of a column without a schema: by its array, or by its first value that is not null. */
export function inferredType(arrow: Arrow, name: string, column: ColumnArray | readonly ColumnValue[]): DataType {
  if (ArrayBuffer.isView(column)) return typeOfArray(arrow, name, column);
  const first = column.findIndex((value) => value !== null);
  if (first < 0) return new arrow.Null();
  const kind = kindOfValue(column[first]);
  switch (kind) {
    case "number":
      return new arrow.Float64();
    case "bigint":
      return new arrow.Int64();
    case "boolean":
      return new arrow.Bool();
    case "string":
      return new arrow.Utf8();
    case "Date":
      return new arrow.TimestampMillisecond("UTC");
    case "Uint8Array":
      return new arrow.Binary();
    default:
      throw unsuitable(
        name,
        first,
        `is ${kind}, and a column holds texts, numbers, bigints, booleans, dates, bytes and nulls. Give an Arrow vector for other types`,
      );
  }
}

function typeOfArray(arrow: Arrow, name: string, column: ArrayBufferView): DataType {
  // By name: arrays of another realm are no instances of ours.
  switch (Object.prototype.toString.call(column).slice("[object ".length, -1)) {
    case "Int8Array":
      return new arrow.Int8();
    case "Int16Array":
      return new arrow.Int16();
    case "Int32Array":
      return new arrow.Int32();
    case "BigInt64Array":
      return new arrow.Int64();
    case "Uint8Array":
    case "Uint8ClampedArray":
      return new arrow.Uint8();
    case "Uint16Array":
      return new arrow.Uint16();
    case "Uint32Array":
      return new arrow.Uint32();
    case "BigUint64Array":
      return new arrow.Uint64();
    case "Float32Array":
      return new arrow.Float32();
    case "Float64Array":
      return new arrow.Float64();
    default:
      throw unsuitable(name, 0, "comes in a typed array of a kind that Arrow has no type for");
  }
}
