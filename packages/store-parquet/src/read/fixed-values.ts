import { type ArrowLikeType, ArrowTypeId } from "../arrow/arrow-like.js";
import { widthOf } from "../arrow/type-size.js";
import { damagedParquet } from "../format/parquet-errors.js";
import type { ParquetLeaf } from "../format/parquet-leaf.js";
import { conversionOf, toArrowBytes } from "../format/value-conversion.js";
import type { PlainValues } from "./decode-page.js";

/** Parquet values as little-endian Arrow values, all of one width. */
export type FixedReader = (values: PlainValues, first: number, last: number) => Uint8Array;

/** How the values of a leaf are read as those of an Arrow type of fixed width. */
export function fixedReader(type: ArrowLikeType, leaf: ParquetLeaf): FixedReader {
  const width = widthOf(type);
  if (type.typeId === ArrowTypeId.Decimal) return (values, first, last) => decimals(leaf, values, first, last, width);
  if (leaf.type === "INT96") return int96Nanoseconds;
  const conversion = conversionOf(type, leaf);
  return (values, first, last) => {
    if (values.kind !== "fixed") throw damagedParquet("a column of fixed width holds values of variable length");
    const bytes = values.bytes.subarray(first * values.width, last * values.width);
    return toArrowBytes(bytes, type, conversion, width);
  };
}

/** Decimals of any storage (little-endian integers, big-endian bytes) as two's complement of `width` bytes. */
function decimals(leaf: ParquetLeaf, values: PlainValues, first: number, last: number, width: number): Uint8Array {
  const target = new Uint8Array((last - first) * width);
  if (values.kind === "bits") throw damagedParquet("a decimal column holds booleans");
  const { bytes } = values;
  const step = leaf.type === "INT32" || leaf.type === "INT64" ? 1 : -1;
  for (let i = first; i < last; i++) {
    const from = values.kind === "fixed" ? i * values.width : values.starts[i]!;
    const length = values.kind === "fixed" ? values.width : values.ends[i]! - from;
    const least = step === 1 ? from : from + length - 1;
    const at = (i - first) * width;
    const sign = length > 0 && bytes[least + (length - 1) * step]! >= 0x80 ? 0xff : 0;
    for (let j = 0; j < length; j++) {
      const byte = bytes[least + j * step]!;
      if (j < width) target[at + j] = byte;
      else if (byte !== sign) throw damagedParquet("a decimal is wider than its column declares");
    }
    if (sign !== 0) target.fill(sign, at + Math.min(length, width), at + width);
  }
  return target;
}

/** The old 12-byte timestamps: nanoseconds of the day, then the Julian day. */
function int96Nanoseconds(values: PlainValues, first: number, last: number): Uint8Array {
  if (values.kind !== "fixed") throw damagedParquet("a timestamp column holds values of variable length");
  const view = new DataView(values.bytes.buffer, values.bytes.byteOffset, values.bytes.byteLength);
  const target = new BigInt64Array(last - first);
  for (let i = first; i < last; i++) {
    const day = BigInt(view.getUint32(i * 12 + 8, true)) - 2_440_588n;
    const nanoseconds = day * 86_400_000_000_000n + view.getBigInt64(i * 12, true);
    if (BigInt.asIntN(64, nanoseconds) !== nanoseconds)
      throw damagedParquet("a timestamp lies beyond what 64 bits can hold");
    target[i - first] = nanoseconds;
  }
  return new Uint8Array(target.buffer);
}
