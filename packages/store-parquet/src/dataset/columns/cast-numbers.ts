import { ArrowTypeId } from "../../arrow/arrow-like.js";
import { getBit } from "../../format/bitmaps.js";
import type { Cast, CastValues } from "./cast-column.js";
import { bitMemory } from "./column-memory.js";
import { isLongArray, type LongArray, type NumberArray, numberArrayOf, numberMemory } from "./number-memory.js";

/** Integers, floats and booleans into each other; `undefined` for other types. @throws ColumnTypeError */
export function castNumbers(cast: Cast): CastValues | undefined {
  const { data, from, to } = cast;
  if (to.typeId === ArrowTypeId.Bool) {
    const values = numberMemory(data);
    return values && from.typeId === ArrowTypeId.Int ? { data: toBits(cast, values) } : undefined;
  }
  const ArrayType = numberArrayOf(to);
  const values =
    from.typeId === ArrowTypeId.Bool && to.typeId === ArrowTypeId.Int ? fromBits(cast) : numberMemory(data);
  if (!ArrayType || !values) return undefined;
  const target = new ArrayType(data.length);
  if (isLongArray(values)) {
    if (isLongArray(target)) changeSign(cast, values, target);
    else if (target instanceof Float64Array) longsToDoubles(cast, values, target);
    else longsToNumbers(cast, values, target);
  } else if (isLongArray(target)) numbersToLongs(cast, values, target);
  else numbersToNumbers(cast, values, target);
  return { data: target };
}

function numbersToNumbers(cast: Cast, values: NumberArray, target: NumberArray): void {
  target.set(values);
  if (holdsAll(values, target)) return;
  for (let row = 0; row < values.length; row++) {
    if (!Object.is(target[row], values[row]) && !cast.isNull(row)) cast.refuse(row, values[row]);
  }
}

/** Whether an array holds whatever another one does. */
function holdsAll(values: NumberArray, target: NumberArray): boolean {
  const isFloat = (array: NumberArray): boolean => array instanceof Float32Array || array instanceof Float64Array;
  const isUnsigned = (array: NumberArray): boolean =>
    array instanceof Uint8Array || array instanceof Uint16Array || array instanceof Uint32Array;
  const [width, room] = [values.BYTES_PER_ELEMENT, target.BYTES_PER_ELEMENT];
  if (isFloat(target)) return isFloat(values) ? width <= room : width < room;
  if (isFloat(values)) return false;
  return isUnsigned(values) === isUnsigned(target) ? width <= room : isUnsigned(values) && width < room;
}

function numbersToLongs(cast: Cast, values: NumberArray, target: LongArray): void {
  const isUnsigned = target instanceof BigUint64Array;
  if (values instanceof Float32Array || values instanceof Float64Array) {
    const [least, beyond] = isUnsigned ? [0, 2 ** 64] : [-(2 ** 63), 2 ** 63];
    for (let row = 0; row < values.length; row++) {
      const value = values[row]!;
      if (Number.isInteger(value) && value >= least && value < beyond && !Object.is(value, -0))
        target[row] = BigInt(value);
      else if (!cast.isNull(row)) cast.refuse(row, value);
    }
    return;
  }
  const words = new Int32Array(target.buffer);
  for (let row = 0; row < values.length; row++) {
    const value = values[row]!;
    words[row * 2] = value;
    words[row * 2 + 1] = value < 0 ? -1 : 0;
    if (isUnsigned && value < 0 && !cast.isNull(row)) cast.refuse(row, value);
  }
}

/** Between `Int64` and `Uint64`: the bits stay. */
function changeSign(cast: Cast, values: LongArray, target: LongArray): void {
  const words = wordsOf(values);
  wordsOf(target).set(words);
  for (let row = 0; row < values.length; row++) {
    if (words[row * 2 + 1]! < 0 && !cast.isNull(row)) cast.refuse(row, values[row]);
  }
}

function longsToDoubles(cast: Cast, values: LongArray, target: Float64Array): void {
  const words = wordsOf(values);
  const isUnsigned = values instanceof BigUint64Array;
  const most = 2 ** 53;
  for (let row = 0; row < values.length; row++) {
    const high = words[row * 2 + 1]!;
    const value = (isUnsigned ? high >>> 0 : high) * 2 ** 32 + (words[row * 2]! >>> 0);
    target[row] = value;
    if (value < most && value > -most) continue;
    // From here on it may have been rounded, but many are doubles all the same.
    const exact = values[row]!;
    target[row] = Number(exact);
    if (BigInt(target[row]!) !== exact && !cast.isNull(row)) cast.refuse(row, exact);
  }
}

function longsToNumbers(cast: Cast, values: LongArray, target: NumberArray): void {
  for (let row = 0; row < values.length; row++) {
    const exact = values[row]!;
    target[row] = Number(exact);
    if (BigInt(target[row]!) !== exact && !cast.isNull(row)) cast.refuse(row, exact);
  }
}

function wordsOf({ buffer, byteOffset, length }: LongArray): Int32Array {
  return new Int32Array(buffer, byteOffset, length * 2);
}

function fromBits({ data }: Cast): Uint8Array {
  const { bytes, offset } = bitMemory(data);
  return Uint8Array.from({ length: data.length }, (_, row) => getBit(bytes, offset + row));
}

function toBits(cast: Cast, values: NumberArray | LongArray): Uint8Array {
  const bits = new Uint8Array((values.length + 7) >>> 3);
  for (let row = 0; row < values.length; row++) {
    const value = Number(values[row]);
    if (value === 1) bits[row >>> 3]! |= 1 << (row & 7);
    else if (value !== 0 && !cast.isNull(row)) cast.refuse(row, values[row]);
  }
  return bits;
}
