import { LarderError } from "@larder/core";
import { DataType, type Vector } from "apache-arrow";

/**
 * The whole numbers of an Arrow column (integers, floats rounded), one per row. A null, and a number that 32 bits can't
 * hold, is 0 and marked in `incomplete`.
 *
 * @throws LarderError `wrong-type` when the column holds no numbers
 */
export function numberColumn(file: string, name: string, column: Vector, incomplete: Uint8Array): Int32Array {
  const type = column.type as DataType;
  if (!DataType.isInt(type) && !DataType.isFloat(type)) {
    throw new LarderError(`Column ${name} of ${file} holds ${type}, and it needs numbers.`, {
      code: "wrong-type",
      facts: { file, column: name, type: String(type) },
    });
  }
  const numbers = new Int32Array(column.length);
  let at = 0;
  for (const data of column.data) {
    const hasNulls = data.nullCount > 0;
    const values = data.values as BigInt64Array | Int32Array | Float64Array;
    if (values instanceof BigInt64Array || values instanceof BigUint64Array) {
      // Two words of 32 bits each, low first: no BigInt is made.
      const words = new Int32Array(values.buffer, values.byteOffset, data.length * 2);
      for (let row = 0; row < data.length; row++, at++) {
        const low = words[row * 2]!;
        if (words[row * 2 + 1] === low >> 31 && !(hasNulls && !data.getValid(row))) numbers[at] = low;
        else incomplete[at] = 1;
      }
      continue;
    }
    for (let row = 0; row < data.length; row++, at++) {
      const value = Math.round(Number(values[row]));
      if (value === (value | 0) && !(hasNulls && !data.getValid(row))) numbers[at] = value;
      else incomplete[at] = 1;
    }
  }
  return numbers;
}
