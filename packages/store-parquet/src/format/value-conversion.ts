import { type ArrowLikeType, ArrowTypeId } from "../arrow/arrow-like.js";
import { damagedParquet } from "./parquet-errors.js";
import type { ParquetLeaf } from "./parquet-leaf.js";

/** How the bytes of an Arrow value differ from those of its Parquet value. */
export type Conversion =
  | "none"
  /** Arrow has 8 or 16 bits, Parquet 32. */
  | "integer-width"
  /** Arrow has seconds, Parquet milliseconds. */
  | "seconds"
  /** Arrow decimals are little-endian, Parquet's big-endian. */
  | "byte-order";

/** The difference between an Arrow type and the leaf that stores it. */
export function conversionOf(type: ArrowLikeType, leaf: ParquetLeaf): Conversion {
  switch (type.typeId) {
    case ArrowTypeId.Dictionary:
      return type.dictionary ? conversionOf(type.dictionary, leaf) : "none";
    case ArrowTypeId.Int:
      return (type.bitWidth ?? 32) < 32 ? "integer-width" : "none";
    case ArrowTypeId.Decimal:
      return "byte-order";
    case ArrowTypeId.Time:
    case ArrowTypeId.Timestamp:
      return type.unit === 0 && (leaf.logical_type || leaf.converted_type) ? "seconds" : "none";
    default:
      return "none";
  }
}

/** Arrow values as PLAIN Parquet values. Slots of null rows hold anything. */
export function toParquetBytes(
  bytes: Uint8Array,
  type: ArrowLikeType,
  conversion: Conversion,
  width: number,
): Uint8Array {
  switch (conversion) {
    case "none":
      return bytes;
    case "integer-width":
      return bytesOver(new Int32Array(integersOver(bytes, width, type.isSigned === true)));
    case "seconds":
      if (width === 4) return bytesOver(int32sOver(bytes).map((seconds) => seconds * 1000));
      return bytesOver(int64sOver(bytes).map((seconds) => seconds * 1000n));
    case "byte-order":
      return reversedEach(bytes, width);
  }
}

/** Parquet values as Arrow values. @throws LarderError `damaged-parquet` when a value does not fit the Arrow type */
export function toArrowBytes(
  bytes: Uint8Array,
  type: ArrowLikeType,
  conversion: Conversion,
  width: number,
): Uint8Array {
  switch (conversion) {
    case "none":
      return bytes;
    case "integer-width": {
      const wide = int32sOver(bytes);
      const narrow = width === 1 ? narrowed8(wide, type.isSigned === true) : narrowed16(wide, type.isSigned === true);
      for (let i = 0; i < wide.length; i++) if (narrow[i] !== wide[i]) throw outOfRange();
      return bytesOver(narrow);
    }
    case "seconds":
      if (width === 4) {
        return bytesOver(int32sOver(bytes).map((millis) => (millis % 1000 === 0 ? millis / 1000 : refuse())));
      }
      return bytesOver(int64sOver(bytes).map((millis) => (millis % 1000n === 0n ? millis / 1000n : refuse())));
    case "byte-order":
      return reversedEach(bytes, width);
  }
}

/** A view of the bytes as int32, copied first when they are not aligned. */
export function int32sOver(bytes: Uint8Array): Int32Array {
  const aligned = alignedTo(bytes, 4);
  return new Int32Array(aligned.buffer, aligned.byteOffset, aligned.byteLength >>> 2);
}

/** A view of the bytes as int64, copied first when they are not aligned. */
export function int64sOver(bytes: Uint8Array): BigInt64Array {
  const aligned = alignedTo(bytes, 8);
  return new BigInt64Array(aligned.buffer, aligned.byteOffset, Math.floor(aligned.byteLength / 8));
}

/** The bytes themselves when they begin at a multiple of `alignment`, else a copy. */
export function alignedTo(bytes: Uint8Array, alignment: number): Uint8Array {
  // Not slice(): the bytes may be a Buffer, whose slice is no copy.
  return bytes.byteOffset % alignment === 0 ? bytes : new Uint8Array(bytes);
}

function integersOver(
  bytes: Uint8Array,
  width: number,
  isSigned: boolean,
): Int8Array | Uint8Array | Int16Array | Uint16Array {
  if (width === 1) return isSigned ? new Int8Array(bytes.buffer, bytes.byteOffset, bytes.byteLength) : bytes;
  const aligned = alignedTo(bytes, 2);
  const length = aligned.byteLength >>> 1;
  if (isSigned) return new Int16Array(aligned.buffer, aligned.byteOffset, length);
  return new Uint16Array(aligned.buffer, aligned.byteOffset, length);
}

function narrowed8(values: Int32Array, isSigned: boolean): Int8Array | Uint8Array {
  return isSigned ? new Int8Array(values) : new Uint8Array(values);
}

function narrowed16(values: Int32Array, isSigned: boolean): Int16Array | Uint16Array {
  return isSigned ? new Int16Array(values) : new Uint16Array(values);
}

function reversedEach(bytes: Uint8Array, width: number): Uint8Array {
  const reversed = new Uint8Array(bytes.byteLength);
  for (let start = 0; start < bytes.byteLength; start += width) {
    for (let i = 0; i < width; i++) reversed[start + i] = bytes[start + width - 1 - i]!;
  }
  return reversed;
}

/** The memory of a view, as bytes. */
export function bytesOver(view: ArrayBufferView): Uint8Array {
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}

function outOfRange(): Error {
  return damagedParquet("a value does not fit the type its column declares");
}

function refuse(): never {
  throw outOfRange();
}
