import type { DataType } from "apache-arrow";
import { integerType } from "../arrow/integer-type.js";
import type { Arrow } from "../arrow/load-arrow.js";
import type { ParquetLeaf } from "./parquet-leaf.js";

/**
 * The Arrow type for a column of a file that does not say what it was in Arrow, or `undefined` where there is none.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/LogicalTypes.md
 */
export function foreignType(arrow: Arrow, leaf: ParquetLeaf): DataType | undefined {
  const { logical_type: logical, converted_type: converted } = leaf;
  if (logical?.type === "DECIMAL" || converted === "DECIMAL") return decimalType(arrow, leaf);
  switch (leaf.type) {
    case "BOOLEAN":
      return new arrow.Bool();
    case "INT32":
    case "INT64":
      return annotatedIntegerType(arrow, leaf);
    case "INT96":
      return new arrow.TimestampNanosecond();
    case "FLOAT":
      return new arrow.Float32();
    case "DOUBLE":
      return new arrow.Float64();
    case "BYTE_ARRAY":
      if (logical?.type === "STRING" || logical?.type === "ENUM" || logical?.type === "JSON") return new arrow.Utf8();
      if (converted === "UTF8" || converted === "ENUM" || converted === "JSON") return new arrow.Utf8();
      return new arrow.Binary();
    case "FIXED_LEN_BYTE_ARRAY":
      if (logical?.type === "FLOAT16" && leaf.type_length === 2) return new arrow.Float16();
      return leaf.type_length ? new arrow.FixedSizeBinary(leaf.type_length) : undefined;
  }
}

function decimalType(arrow: Arrow, { precision = 0, scale = 0 }: ParquetLeaf): DataType | undefined {
  if (precision < 1 || precision > 76) return undefined;
  return new arrow.Decimal(scale, precision, precision > 38 ? 256 : 128);
}

function annotatedIntegerType(
  arrow: Arrow,
  { type, logical_type: logical, converted_type: converted }: ParquetLeaf,
): DataType | undefined {
  switch (logical?.type) {
    case "NULL":
      return new arrow.Null();
    case "DATE":
      return new arrow.DateDay();
    case "TIME":
      return new arrow.Time(["MILLIS", "MICROS", "NANOS"].indexOf(logical.unit) + 1, type === "INT32" ? 32 : 64);
    case "TIMESTAMP": {
      const unit = ["MILLIS", "MICROS", "NANOS"].indexOf(logical.unit) + 1;
      return new arrow.Timestamp(unit, logical.isAdjustedToUTC ? "UTC" : null);
    }
    default:
  }
  switch (converted) {
    case "DATE":
      return new arrow.DateDay();
    case "TIME_MILLIS":
      return new arrow.TimeMillisecond();
    case "TIME_MICROS":
      return new arrow.TimeMicrosecond();
    case "TIMESTAMP_MILLIS":
      return new arrow.TimestampMillisecond("UTC");
    case "TIMESTAMP_MICROS":
      return new arrow.TimestampMicrosecond("UTC");
    default:
  }
  const stated = /^(U?)INT_(\d+)$/.exec(converted ?? "");
  const isSigned = logical?.type === "INTEGER" ? logical.isSigned : stated?.[1] !== "U";
  const bitWidth = logical?.type === "INTEGER" ? logical.bitWidth : Number(stated?.[2] ?? (type === "INT64" ? 64 : 32));
  return integerType(arrow, bitWidth, isSigned);
}
