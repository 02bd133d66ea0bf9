import { types } from "node:util";
import { unencodableItem } from "../unencodable-item.js";
import { npyHeader } from "./npy-header.js";
import { hostIsLittleEndian, type ShapedArray, swapBytes, typeCodes } from "./npy-types.js";

/**
 * A typed array in NumPy's format, version 1.0: `numpy.load` reads it. With a property `shape` (lengths of the dimensions, whose
 * product is the array's length) it has those dimensions, else one.
 *
 * @throws LarderError `unencodable-item` for what is no typed array, for `Uint8ClampedArray`, and for a shape that does not fit
 */
export function encodeNpy(value: unknown): Uint8Array {
  if (!types.isTypedArray(value)) throw unencodableItem("array", "it must be a typed array");
  const name = value[Symbol.toStringTag];
  const code = typeCodes.get(name);
  if (code === undefined) {
    throw unencodableItem("array", `NumPy's format has no type for ${name}, so it would come back as another array`);
  }
  const array = value as ShapedArray;
  const data = new Uint8Array(array.buffer, array.byteOffset, array.byteLength);
  const header = npyHeader(`${array.BYTES_PER_ELEMENT === 1 ? "|" : "<"}${code}`, shapeOf(array));
  const bytes = new Uint8Array(header.length + data.length);
  bytes.set(header);
  bytes.set(data, header.length);
  if (!hostIsLittleEndian) swapBytes(bytes.subarray(header.length), array.BYTES_PER_ELEMENT);
  return bytes;
}

function shapeOf(array: ShapedArray): readonly number[] {
  const { shape } = array;
  if (shape === undefined) return [array.length];
  const isShape =
    Array.isArray(shape) && shape.length <= 32 && shape.every((length) => Number.isSafeInteger(length) && length >= 0);
  if (!isShape || shape.reduce((product, length) => product * length, 1) !== array.length) {
    throw unencodableItem("array", `its 'shape' must be a list of whole numbers whose product is ${array.length}`);
  }
  return shape;
}
