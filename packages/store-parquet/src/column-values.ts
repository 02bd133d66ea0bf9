import type { Data, Vector } from "apache-arrow";
import { type ArrowLikeType, ArrowTypeId } from "./arrow-like.js";

/**
 * A column as one array. Integers, floats of 32 and 64 bits, dates, times, timestamps and durations come as they are
 * stored, in a typed array when there is no null; everything else as in {@link columnValues}.
 */
export function columnArray(vector: Vector): ArrayLike<unknown> {
  const type = vector.type as ArrowLikeType;
  if (type.typeId === ArrowTypeId.Dictionary) return dictionaryValues(vector, columnArray);
  if (!isStoredAsNumbers(type)) return columnValues(vector);
  if (vector.nullCount === 0) return vector.toArray() as ArrayLike<unknown>;
  return valuesOf(vector, (data) => data.values as ArrayLike<unknown>);
}

/**
 * Every value of a column as Arrow's `get` gives it, except that text keeps a leading byte order mark, which `get`
 * drops. Each dictionary entry is made once.
 *
 * @throws TypeError for a date or timestamp that milliseconds in a number can't express
 */
export function columnValues(vector: Vector): unknown[] {
  switch ((vector.type as ArrowLikeType).typeId) {
    case ArrowTypeId.Dictionary:
      return dictionaryValues(vector, columnValues);
    case ArrowTypeId.Utf8:
    case ArrowTypeId.LargeUtf8:
      return valuesOf(vector, texts);
    default:
      return Array.from({ length: vector.length }, (_, i) => vector.get(i));
  }
}

function dictionaryValues(vector: Vector, entriesOf: (dictionary: Vector) => ArrayLike<unknown>): unknown[] {
  return valuesOf(vector, (data) => {
    const entries = data.dictionary ? entriesOf(data.dictionary) : [];
    const indices = data.values as ArrayLike<number | bigint>;
    return Array.from({ length: data.length }, (_, i) => entries[Number(indices[i])]);
  });
}

/** The values of all chunks, with null where a bitmap says so. */
function valuesOf(vector: Vector, chunkValues: (data: Data) => ArrayLike<unknown>): unknown[] {
  const values: unknown[] = new Array(vector.length);
  let at = 0;
  for (const data of vector.data) {
    const chunk = chunkValues(data);
    for (let i = 0; i < data.length; i++) values[at++] = data.getValid(i) ? chunk[i] : null;
  }
  return values;
}

function texts(data: Data): string[] {
  const { buffer, byteOffset, byteLength } = data.values as Uint8Array;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  const ends = data.valueOffsets as ArrayLike<number | bigint>;
  return Array.from({ length: data.length }, (_, i) => bytes.toString("utf8", Number(ends[i]), Number(ends[i + 1])));
}

function isStoredAsNumbers({ typeId, precision }: ArrowLikeType): boolean {
  switch (typeId) {
    case ArrowTypeId.Int:
    case ArrowTypeId.Date:
    case ArrowTypeId.Time:
    case ArrowTypeId.Timestamp:
    case ArrowTypeId.Duration:
      return true;
    case ArrowTypeId.Float:
      return precision !== 0;
    default:
      return false;
  }
}
