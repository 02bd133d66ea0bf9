import { undecodableItem } from "../undecodable-item.js";
import { parseNpyHeader } from "./npy-header.js";
import { arrayClasses, hostIsLittleEndian, type ShapedArray, swapBytes } from "./npy-types.js";

/**
 * The array in the bytes of a .npy file, as NumPy writes them: a typed array of its own memory, in C order (the last dimension
 * varies fastest). One of another than one dimension has its lengths in a property `shape`. Truth values are 0 and 1 in a
 * `Uint8Array`.
 *
 * @throws LarderError `undecodable-item`: no .npy file, cut off or with bytes left over, Fortran order, or a type that no typed
 *   array holds (half floats, complex numbers, text, objects, records, times)
 */
export function decodeNpy(bytes: Uint8Array): ShapedArray {
  const { descr, shape, dataStart } = parseNpyHeader(bytes);
  const [order, code] = [descr[0], descr.slice(1)];
  const arrayClass = arrayClasses.get(code);
  if (arrayClass === undefined || order === undefined || !"<>|=".includes(order)) {
    throw undecodableItem(
      "array",
      `its numbers are of type '${descr.slice(0, 20)}', for which there is no typed array`,
    );
  }
  const width = arrayClass.BYTES_PER_ELEMENT;
  if (width > 1 && order === "|") throw undecodableItem("array", "its type has no byte order");
  const expected = shape.reduce((product, length) => product * length, width);
  const data = bytes.slice(dataStart);
  if (data.length !== expected) {
    throw undecodableItem("array", `it has ${data.length} bytes of numbers, and its shape says ${expected}`);
  }
  const isLittleEndian = order === "=" ? true : order === "<";
  if (width > 1 && isLittleEndian !== hostIsLittleEndian) swapBytes(data, width);
  const array = new arrayClass(data.buffer as ArrayBuffer);
  if (shape.length === 1) return array;
  return Object.defineProperty(array, "shape", { value: Object.freeze([...shape]), enumerable: false }) as ShapedArray;
}
