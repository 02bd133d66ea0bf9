import type { Data, Vector } from "apache-arrow";
import { type ArrowLikeType, ArrowTypeId } from "../arrow/arrow-like.js";
import type { Arrow } from "../arrow/load-arrow.js";
import { breathe, isTimeToBreathe } from "../format/breathe.js";
import { type ValueReader, valueReader } from "./value-reader.js";

/** Values made between two looks at the clock. */
const stretch = 4096;

/**
 * A column as one array. Integers, floats of 32 and 64 bits, dates, times, timestamps and durations come as they are
 * stored, in a typed array when there is no null; everything else as Arrow's `get` gives it, except that text keeps a
 * leading byte order mark. Each dictionary entry is made once.
 */
export async function columnArray(arrow: Arrow, column: string, vector: Vector): Promise<ArrayLike<unknown>> {
  const type = vector.type as ArrowLikeType;
  if (isStoredAsNumbers(type) && vector.nullCount === 0) return joinedNumbers(vector);
  const values: unknown[] = new Array(vector.length);
  let at = 0;
  for (const data of vector.data) {
    const read = storedReader(arrow, column, data);
    for (let row = 0; row < data.length; row++) {
      if (row % stretch === 0 && isTimeToBreathe()) await breathe();
      values[at++] = read(row);
    }
  }
  return values;
}

type Numbers = Int32Array;

async function joinedNumbers(vector: Vector): Promise<Numbers> {
  const chunks = vector.data.map((data) => (data.values as Numbers).subarray(0, data.length));
  // Without a chunk there is no array to tell the type, but by Arrow.
  if (chunks.length <= 1) return chunks[0] ?? (vector.toArray() as Numbers);
  const joined = new (chunks[0]!.constructor as Int32ArrayConstructor)(vector.length);
  let at = 0;
  for (const chunk of chunks) {
    if (isTimeToBreathe()) await breathe();
    joined.set(chunk, at);
    at += chunk.length;
  }
  return joined;
}

/** Reads values as they are stored, where that is a number, also those of a dictionary. */
function storedReader(arrow: Arrow, column: string, data: Data): ValueReader {
  const type: ArrowLikeType = data.type;
  if (isStoredAsNumbers(type)) {
    const values = data.values as ArrayLike<number | bigint>;
    return (row) => (data.getValid(row) ? values[row] : null);
  }
  if (type.typeId !== ArrowTypeId.Dictionary || !isStoredAsNumbers(type.dictionary!)) {
    return valueReader(arrow, column, data);
  }
  const indices = data.values as ArrayLike<number | bigint>;
  const entries = (data.dictionary as Vector).data.flatMap((piece) => {
    const read = storedReader(arrow, column, piece);
    return Array.from({ length: piece.length }, (_, row) => read(row));
  });
  return (row) => (data.getValid(row) ? entries[Number(indices[row])] : null);
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
