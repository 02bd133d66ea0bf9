import type { Data } from "apache-arrow";
import { type ArrowLikeType, ArrowTypeId } from "../../arrow/arrow-like.js";
import { widthOf } from "../../arrow/type-size.js";
import { alignedTo } from "../../format/value-conversion.js";
import { fixedMemory } from "./column-memory.js";

/** An array of numbers. */
export type NumberArray =
  | Int8Array
  | Int16Array
  | Int32Array
  | Uint8Array
  | Uint16Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** An array of 64-bit integers. */
export type LongArray = BigInt64Array | BigUint64Array;

type Constructor<Made> = {
  new (length: number): Made;
  new (buffer: ArrayBufferLike, offset: number, length: number): Made;
};

/** The array that holds an integer type, `Float32` or `Float64`; `undefined` for other types. */
export function numberArrayOf(type: ArrowLikeType): Constructor<NumberArray | LongArray> | undefined {
  const { typeId, bitWidth, isSigned, precision } = type;
  if (typeId === ArrowTypeId.Float) return precision === 1 ? Float32Array : precision === 2 ? Float64Array : undefined;
  if (typeId !== ArrowTypeId.Int) return undefined;
  switch (bitWidth) {
    case 8:
      return isSigned ? Int8Array : Uint8Array;
    case 16:
      return isSigned ? Int16Array : Uint16Array;
    case 32:
      return isSigned ? Int32Array : Uint32Array;
    case 64:
      return isSigned ? BigInt64Array : BigUint64Array;
    default:
      return undefined;
  }
}

/**
 * The values of a column of numbers, one for each row (any where it is null); `undefined` for other types.
 *
 * @param type of the numbers: of a dictionary column that of its indices
 * @throws LarderError `ragged-table`
 */
export function numberMemory(data: Data, type: ArrowLikeType = data.type): NumberArray | LongArray | undefined {
  const ArrayType = numberArrayOf(type);
  if (!ArrayType) return undefined;
  const width = widthOf(type);
  const { buffer, byteOffset } = alignedTo(fixedMemory(data, width), width);
  return new ArrayType(buffer, byteOffset, data.length);
}

/** Whether an array holds 64-bit integers. */
export function isLongArray(values: NumberArray | LongArray): values is LongArray {
  return values instanceof BigInt64Array || values instanceof BigUint64Array;
}
