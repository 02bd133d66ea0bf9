import { type ArrowLikeType, ArrowTypeId } from "../arrow/arrow-like.js";
import type { ReadableColumn, StoredLeaf } from "../format/file-layout.js";
import type { ChunkStatistics } from "../format/parquet-file-reader.js";
import type { ParquetLeaf } from "../format/parquet-leaf.js";
import { bytesOver, conversionOf } from "../format/value-conversion.js";
import { halfToNumber } from "./match-numbers.js";
import { compareEndpoints, type Endpoint } from "./value-set.js";

/** What is known of some values: no value is below `min` or above `max`, though none need be equal to them. */
export interface Bounds {
  readonly min: Endpoint;
  readonly max: Endpoint;
}

/**
 * The bounds in the statistics of a column chunk, or `undefined` where there are none to be relied on: of types without
 * an order, in an order the file does not name, NaN, of a wrong length, or the wrong way round.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (Statistics, ColumnOrder)
 */
export function chunkBounds(
  column: ReadableColumn,
  statistics: ChunkStatistics,
  typeOrdered: boolean | undefined,
): Bounds | undefined {
  const { min, max, oldMin, oldMax } = statistics;
  if (min && max) return storedBounds(column, min, max, typeOrdered);
  // The old fields were compared as signed, whatever the type.
  if (oldMin && oldMax && isPlainlyOrdered(column)) return storedBounds(column, oldMin, oldMax, true);
  return undefined;
}

/** Bounds of a chunk or a page, from the bytes that state them. */
export function storedBounds(
  column: ReadableColumn,
  min: Uint8Array,
  max: Uint8Array,
  typeOrdered: boolean | undefined,
): Bounds | undefined {
  if (typeOrdered === false || (typeOrdered === undefined && !isPlainlyOrdered(column))) return undefined;
  const decode = boundDecoder(column);
  const low = decode?.(min, "min");
  const high = decode?.(max, "max");
  if (low === undefined || high === undefined || compareEndpoints(low, high) > 0) return undefined;
  return { min: low, max: high };
}

/** Whether there has only ever been one order for the type: signed numbers and booleans. */
function isPlainlyOrdered({ field, leaves }: ReadableColumn): boolean {
  const type = valueType(field.type);
  switch (leaves[0]!.leaf.type) {
    case "BOOLEAN":
    case "FLOAT":
    case "DOUBLE":
      return true;
    case "INT32":
    case "INT64":
      return type.typeId !== ArrowTypeId.Int || type.isSigned === true;
    default:
      return false;
  }
}

function valueType(type: ArrowLikeType): ArrowLikeType {
  return type.dictionary ?? type;
}

type BoundDecoder = (bytes: Uint8Array, side: "min" | "max") => Endpoint | undefined;

function boundDecoder({ field, leaves }: ReadableColumn): BoundDecoder | undefined {
  const { leaf } = leaves[0]!;
  const type = valueType(field.type);
  switch (leaf.type) {
    case "BOOLEAN":
      return (bytes) => (bytes.byteLength === 1 ? BigInt(bytes[0]! & 1) : undefined);
    case "INT32":
    case "INT64": {
      const width = leaf.type === "INT32" ? 4 : 8;
      const isUnsigned = type.typeId === ArrowTypeId.Int && !type.isSigned;
      const isInSeconds = conversionOf(type, leaf) === "seconds";
      return (bytes, side) => {
        if (bytes.byteLength !== width) return undefined;
        const stored = littleEndian(bytes, isUnsigned);
        return isInSeconds ? toSeconds(stored, side) : stored;
      };
    }
    case "FLOAT":
      return (bytes) => (bytes.byteLength === 4 ? notNan(viewOf(bytes).getFloat32(0, true)) : undefined);
    case "DOUBLE":
      return (bytes) => (bytes.byteLength === 8 ? notNan(viewOf(bytes).getFloat64(0, true)) : undefined);
    case "INT96":
      return undefined;
    default:
      return bytesDecoder(type, leaf);
  }
}

function bytesDecoder(type: ArrowLikeType, leaf: ParquetLeaf): BoundDecoder {
  if (type.typeId === ArrowTypeId.Float) {
    return (bytes) => (bytes.byteLength === 2 ? notNan(halfToNumber(viewOf(bytes).getUint16(0, true))) : undefined);
  }
  if (type.typeId === ArrowTypeId.Decimal) {
    const isDecimal = leaf.converted_type === "DECIMAL" || leaf.logical_type?.type === "DECIMAL";
    // Without the annotation they are plain bytes to whoever wrote the bounds, in the order of bytes.
    if (!isDecimal) return () => undefined;
    return (bytes) => {
      const isWhole = bytes.byteLength > 0 && (leaf.type === "BYTE_ARRAY" || bytes.byteLength === leaf.type_length);
      return isWhole ? bigEndian(bytes) : undefined;
    };
  }
  return (bytes) => bytes;
}

function littleEndian(bytes: Uint8Array, isUnsigned: boolean): bigint {
  const view = viewOf(bytes);
  if (bytes.byteLength === 8) return isUnsigned ? view.getBigUint64(0, true) : view.getBigInt64(0, true);
  return BigInt(isUnsigned ? view.getUint32(0, true) : view.getInt32(0, true));
}

function bigEndian(bytes: Uint8Array): bigint {
  const value = BigInt(`0x${Buffer.from(bytes).toString("hex")}`);
  return BigInt.asIntN(bytes.byteLength * 8, value);
}

/** Milliseconds are whole seconds in such a column; should they not be, the bound stays one. */
function toSeconds(milliseconds: bigint, side: "min" | "max"): bigint {
  const seconds = milliseconds / 1000n;
  if (seconds * 1000n === milliseconds) return seconds;
  if (side === "min") return milliseconds < 0n ? seconds - 1n : seconds;
  return milliseconds < 0n ? seconds : seconds + 1n;
}

function notNan(value: number): number | undefined {
  return Number.isNaN(value) ? undefined : value === 0 ? 0 : value;
}

/**
 * The PLAIN bytes of a value of a column, as bloom filters hash them; of zero in a column of floats there are two. `undefined`
 * where they are not known.
 */
export function bloomInputs(
  { field }: ReadableColumn,
  { leaf }: StoredLeaf,
  point: Endpoint,
): Uint8Array[] | undefined {
  const type = valueType(field.type);
  if (point instanceof Uint8Array) return [point];
  if (typeof point === "number") {
    if (leaf.type !== "FLOAT" && leaf.type !== "DOUBLE") return undefined;
    return (point === 0 ? [0, -0] : [point]).map((value) =>
      bytesOver(leaf.type === "FLOAT" ? Float32Array.of(value) : Float64Array.of(value)),
    );
  }
  const stored = conversionOf(type, leaf) === "seconds" ? point * 1000n : point;
  if (leaf.type === "INT32") return [bytesOver(Int32Array.of(Number(BigInt.asIntN(32, stored))))];
  if (leaf.type === "INT64") return [bytesOver(BigInt64Array.of(BigInt.asIntN(64, stored)))];
  if (type.typeId === ArrowTypeId.Decimal && leaf.type === "FIXED_LEN_BYTE_ARRAY" && leaf.type_length) {
    const bits = leaf.type_length * 8;
    const hex = BigInt.asUintN(bits, stored)
      .toString(16)
      .padStart(bits / 4, "0");
    return BigInt.asIntN(bits, stored) === stored ? [new Uint8Array(Buffer.from(hex, "hex"))] : [];
  }
  return undefined;
}

function viewOf({ buffer, byteOffset, byteLength }: Uint8Array): DataView {
  return new DataView(buffer, byteOffset, byteLength);
}
