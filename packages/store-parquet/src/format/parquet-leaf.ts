import { type ArrowLikeType, ArrowTypeId } from "../arrow/arrow-like.js";
import type { LogicalType, ParquetType, SchemaElement, TimeUnit } from "./parquet-file-reader.js";

/** How one flat column stands in a Parquet schema, without its name and nullability. */
export type ParquetLeaf = Pick<
  SchemaElement,
  "converted_type" | "logical_type" | "type_length" | "precision" | "scale"
> & {
  type: ParquetType;
};

const timeUnits: readonly (TimeUnit | undefined)[] = [undefined, "MILLIS", "MICROS", "NANOS"];

/**
 * The Parquet type that keeps an Arrow type's values exactly, or `undefined` when this package has none.
 * A dictionary has the leaf of its values. Types that Parquet lacks (durations, dates in milliseconds) get the nearest
 * one that holds every value; the `ARROW:schema` entry of the file says what they were.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/LogicalTypes.md
 */
export function leafOf(type: ArrowLikeType): ParquetLeaf | undefined {
  if (type.unit !== undefined && !(type.unit >= 0 && type.unit <= 3)) return undefined;
  switch (type.typeId) {
    case ArrowTypeId.Null:
      return { type: "INT32", logical_type: { type: "NULL" } };
    case ArrowTypeId.Bool:
      return { type: "BOOLEAN" };
    case ArrowTypeId.Int:
      return intLeaf(type.bitWidth ?? 0, type.isSigned === true);
    case ArrowTypeId.Float:
      if (type.precision === 0)
        return { type: "FIXED_LEN_BYTE_ARRAY", type_length: 2, logical_type: { type: "FLOAT16" } };
      if (type.precision === 1) return { type: "FLOAT" };
      return type.precision === 2 ? { type: "DOUBLE" } : undefined;
    case ArrowTypeId.Utf8:
    case ArrowTypeId.LargeUtf8:
      return { type: "BYTE_ARRAY", converted_type: "UTF8", logical_type: { type: "STRING" } };
    case ArrowTypeId.Binary:
    case ArrowTypeId.LargeBinary:
      return { type: "BYTE_ARRAY" };
    case ArrowTypeId.FixedSizeBinary:
      return type.byteWidth && type.byteWidth > 0
        ? { type: "FIXED_LEN_BYTE_ARRAY", type_length: type.byteWidth }
        : undefined;
    case ArrowTypeId.Decimal:
      return decimalLeaf(type);
    case ArrowTypeId.Date:
      if (type.unit === 0) return { type: "INT32", converted_type: "DATE", logical_type: { type: "DATE" } };
      return { type: "INT64", logical_type: { type: "TIMESTAMP", isAdjustedToUTC: false, unit: "MILLIS" } };
    case ArrowTypeId.Time:
      return timeLeaf(type.unit ?? 0);
    case ArrowTypeId.Timestamp:
      return timestampLeaf(type.unit ?? 0, Boolean(type.timezone));
    case ArrowTypeId.Duration:
      return { type: "INT64" };
    case ArrowTypeId.Dictionary:
      return dictionaryLeaf(type);
    default:
      return undefined;
  }
}

/** The same physical type without its meaning, for values that the annotation would not allow. */
export function bareLeaf(leaf: ParquetLeaf): ParquetLeaf {
  return leaf.type_length === undefined ? { type: leaf.type } : { type: leaf.type, type_length: leaf.type_length };
}

/** Whether two leaves are the same to a reader: older writers annotate by `converted_type` only. */
export function sameLeaf(left: ParquetLeaf, right: ParquetLeaf): boolean {
  return left.type === right.type && left.type_length === right.type_length && meaning(left) === meaning(right);
}

function meaning({ logical_type: logical, converted_type: converted, precision, scale }: ParquetLeaf): string {
  if (converted === "DECIMAL" || logical?.type === "DECIMAL") return `DECIMAL ${precision} ${scale ?? 0}`;
  // Times of day are the same whatever zone they are said to be in.
  if (logical?.type === "TIME") return `TIME ${logical.unit}`;
  if (logical) return Object.values(logical).join(" ");
  switch (converted) {
    case "UTF8":
      return "STRING";
    case "TIME_MILLIS":
      return "TIME MILLIS";
    case "TIME_MICROS":
      return "TIME MICROS";
    case "TIMESTAMP_MILLIS":
      return "TIMESTAMP true MILLIS";
    case "TIMESTAMP_MICROS":
      return "TIMESTAMP true MICROS";
    case undefined:
      return "";
    default: {
      const integer = /^(U?)INT_(\d+)$/.exec(converted);
      return integer ? `INTEGER ${integer[2]} ${integer[1] === ""}` : converted;
    }
  }
}

function intLeaf(bitWidth: number, isSigned: boolean): ParquetLeaf | undefined {
  const type: ParquetType = bitWidth === 64 ? "INT64" : "INT32";
  if (isSigned && bitWidth >= 32) return { type };
  if (![8, 16, 32, 64].includes(bitWidth)) return undefined;
  // Only the older annotation: hyparquet-writer 0.17 writes the bit width of the newer one with a wrong Thrift type
  // (i32 instead of i8), and DuckDB then refuses the file.
  return {
    type,
    converted_type: `${isSigned ? "" : "U"}INT_${bitWidth}` as NonNullable<SchemaElement["converted_type"]>,
  };
}

function decimalLeaf({ precision = 0, scale = 0, bitWidth = 128 }: ArrowLikeType): ParquetLeaf | undefined {
  if (![32, 64, 128, 256].includes(bitWidth)) return undefined;
  const bare: ParquetLeaf = { type: "FIXED_LEN_BYTE_ARRAY", type_length: bitWidth / 8 };
  const most = Math.floor(Math.log10(2) * (bitWidth - 1));
  if (precision < 1 || precision > most || scale < 0 || scale > precision) return bare;
  return { ...bare, converted_type: "DECIMAL", precision, scale, logical_type: { type: "DECIMAL", precision, scale } };
}

function timeLeaf(unit: number): ParquetLeaf {
  const parquetUnit = timeUnits[unit];
  // Parquet has no seconds: they are stored as they are. Were they milliseconds, Polars would read a thousand times as much, for it
  // believes the unit in `ARROW:schema`.
  if (!parquetUnit) return { type: "INT32" };
  const logical: LogicalType = { type: "TIME", isAdjustedToUTC: false, unit: parquetUnit };
  return { type: unit <= 1 ? "INT32" : "INT64", logical_type: logical };
}

function timestampLeaf(unit: number, isAdjustedToUTC: boolean): ParquetLeaf {
  const parquetUnit = timeUnits[unit] ?? "MILLIS";
  const logical: LogicalType = { type: "TIMESTAMP", isAdjustedToUTC, unit: parquetUnit };
  // The older annotation means UTC, so it goes only where that is true.
  if (!isAdjustedToUTC || parquetUnit === "NANOS") return { type: "INT64", logical_type: logical };
  return { type: "INT64", converted_type: `TIMESTAMP_${parquetUnit}`, logical_type: logical };
}

function dictionaryLeaf({ dictionary, indices }: ArrowLikeType): ParquetLeaf | undefined {
  if (indices?.typeId !== ArrowTypeId.Int || ![8, 16, 32, 64].includes(indices.bitWidth ?? 0)) return undefined;
  if (!dictionary || dictionary.typeId === ArrowTypeId.Dictionary) return undefined;
  if (dictionary.typeId === ArrowTypeId.Bool || dictionary.typeId === ArrowTypeId.Null) return undefined;
  return leafOf(dictionary);
}

/** Whether the values of a leaf can be read as an Arrow type that the file says they had. */
export function canBeReadAs(type: ArrowLikeType, leaf: ParquetLeaf): boolean {
  const expected = leafOf(type);
  if (!expected) return false;
  if (type.typeId === ArrowTypeId.Decimal && meaning(leaf) !== "" && leaf.type !== "BOOLEAN") {
    return meaning(expected) === meaning(leaf);
  }
  const { typeId, unit } = type.dictionary ?? type;
  // Others store times in seconds as milliseconds.
  if (typeId === ArrowTypeId.Time && unit === 0 && sameLeaf(timeLeaf(1), leaf)) return true;
  // Seconds may be stored as bare numbers, and Arrow for Rust stores dates in milliseconds so.
  const isBare = unit === 0 || typeId === ArrowTypeId.Date;
  return sameLeaf(expected, leaf) || (isBare && sameLeaf(bareLeaf(expected), leaf));
}
