import type { ParquetLeaf } from "./parquet-leaf.js";

/**
 * How the values of a leaf are ordered in statistics and column indexes.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (ColumnOrder)
 */
export type BoundsOrder =
  | "boolean"
  | "int32"
  | "uint32"
  | "int64"
  | "uint64"
  | "float16"
  | "float32"
  | "float64"
  /** Big-endian two's complement of fixed length. */
  | "decimal"
  /** Unsigned bytes of fixed length. */
  | "fixed"
  /** Unsigned bytes, to be cut short anywhere. */
  | "bytes"
  /** UTF-8 as unsigned bytes, to be cut short between characters. */
  | "text";

/** Bounds of values of fixed length can't be cut short: they are left out beyond so many bytes. */
const mostFixedBytes = 256;

/** The order of a leaf, or `undefined` where Parquet defines none, or where bounds would be too long. */
export function boundsOrderOf({
  type,
  type_length,
  converted_type,
  logical_type,
}: ParquetLeaf): BoundsOrder | undefined {
  if (logical_type?.type === "NULL" || converted_type === "INTERVAL") return undefined;
  const unsigned = converted_type?.startsWith("UINT_") === true;
  switch (type) {
    case "BOOLEAN":
      return "boolean";
    case "INT32":
      return unsigned ? "uint32" : "int32";
    case "INT64":
      return unsigned ? "uint64" : "int64";
    case "FLOAT":
      return "float32";
    case "DOUBLE":
      return "float64";
    case "BYTE_ARRAY":
      return logical_type?.type === "STRING" || converted_type === "UTF8" ? "text" : "bytes";
    case "FIXED_LEN_BYTE_ARRAY":
      if (logical_type?.type === "FLOAT16") return "float16";
      if ((type_length ?? 0) > mostFixedBytes) return undefined;
      return converted_type === "DECIMAL" ? "decimal" : "fixed";
    default:
      return undefined;
  }
}

/** Compares two values of an order in PLAIN bytes (without the length in front of bytes), none of them NaN: below 0, 0, above 0. */
export function compareBounds(order: BoundsOrder, left: Uint8Array, right: Uint8Array): number {
  switch (order) {
    case "boolean":
    case "fixed":
    case "bytes":
    case "text":
      return Buffer.compare(left, right);
    case "decimal": {
      const signs = ((right[0] ?? 0) >>> 7) - ((left[0] ?? 0) >>> 7);
      return signs !== 0 ? signs : Buffer.compare(left, right);
    }
    default: {
      const first = numberOf(order, left);
      const second = numberOf(order, right);
      return first < second ? -1 : first > second ? 1 : 0;
    }
  }
}

/** A PLAIN number as one that compares rightly; halves as their place in the order, not as their value. */
function numberOf(order: BoundsOrder, bytes: Uint8Array): number | bigint {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  switch (order) {
    case "int32":
      return view.getInt32(0, true);
    case "uint32":
      return view.getUint32(0, true);
    case "int64":
      return view.getBigInt64(0, true);
    case "uint64":
      return view.getBigUint64(0, true);
    case "float32":
      return view.getFloat32(0, true);
    case "float64":
      return view.getFloat64(0, true);
    default:
      return rankOfHalf(view.getUint16(0, true));
  }
}

/** Where the bits of a half float stand in the order of their values, -0 before 0. Not for NaN. */
export function rankOfHalf(bits: number): number {
  return (bits & 0x8000) === 0 ? bits | 0x8000 : bits ^ 0xffff;
}
