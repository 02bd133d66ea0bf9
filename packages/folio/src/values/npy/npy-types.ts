/** A typed array that NumPy's format can carry. */
export type NpyArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array
  | BigInt64Array
  | BigUint64Array;

/** A class of such arrays. */
export type NpyArrayClass = {
  readonly name: string;
  readonly BYTES_PER_ELEMENT: number;
  new (buffer: ArrayBuffer): NpyArray;
};

/** Type codes of NumPy without the byte order, and what holds such numbers here. `b1` is `false` or `true` as 0 or 1. */
export const arrayClasses: ReadonlyMap<string, NpyArrayClass> = new Map<string, NpyArrayClass>([
  ["i1", Int8Array],
  ["u1", Uint8Array],
  ["b1", Uint8Array],
  ["i2", Int16Array],
  ["u2", Uint16Array],
  ["i4", Int32Array],
  ["u4", Uint32Array],
  ["f4", Float32Array],
  ["f8", Float64Array],
  ["i8", BigInt64Array],
  ["u8", BigUint64Array],
]);

/** The type code of a class, by its name. */
export const typeCodes: ReadonlyMap<string, string> = new Map(
  [...arrayClasses].filter(([code]) => code !== "b1").map(([code, { name }]) => [name, code]),
);

/** Whether this machine has the least byte of a number first. */
export const hostIsLittleEndian = new Uint8Array(Uint16Array.of(1).buffer)[0] === 1;

/** Turns the bytes of each number round, in place. */
export function swapBytes(bytes: Uint8Array, width: number): void {
  for (let start = 0; start + width <= bytes.length; start += width) bytes.subarray(start, start + width).reverse();
}

/**
 * A typed array that may have a shape other than a single row: `shape` has the length of each dimension, the last one varying
 * fastest. Without the property it is one-dimensional.
 */
export type ShapedArray<ArrayType extends NpyArray = NpyArray> = ArrayType & { readonly shape?: readonly number[] };
