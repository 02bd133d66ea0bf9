import { LarderError } from "@larder/core";
import type { Data } from "apache-arrow";
import { type ArrowLikeType, ArrowTypeId } from "../arrow/arrow-like.js";
import type { Arrow } from "../arrow/load-arrow.js";
import { typeText } from "../arrow/type-text.js";
import { getBit } from "../format/bitmaps.js";

/** The value of one row. */
export type ValueReader = (row: number) => unknown;

/**
 * Reads single values as Arrow's `get` gives them, except that text keeps a leading byte order mark, which `get` drops. Each
 * dictionary entry is made once.
 *
 * @throws LarderError `inexact-column` from the reader, for a date or timestamp that milliseconds in a number can't express
 */
export function valueReader(arrow: Arrow, column: string, data: Data): ValueReader {
  const read = plainReader(arrow, column, data);
  if (data.nullCount === 0 || (data.type as ArrowLikeType).typeId === ArrowTypeId.Null) return read;
  const { nullBitmap, offset } = data;
  return (row) => (getBit(nullBitmap, offset + row) === 0 ? null : read(row));
}

/** Blind to nulls. */
function plainReader(arrow: Arrow, column: string, data: Data): ValueReader {
  const type: ArrowLikeType = data.type;
  switch (type.typeId) {
    case ArrowTypeId.Int:
      return numberReader(data.values as Int32Array);
    case ArrowTypeId.Float:
      if (type.precision !== 0) return numberReader(data.values as Float64Array);
      break;
    case ArrowTypeId.Utf8:
    case ArrowTypeId.LargeUtf8:
      return textReader(data);
    case ArrowTypeId.Dictionary:
      return dictionaryReader(arrow, column, data);
    default:
  }
  const vector = new arrow.Vector([data]);
  return (row) => {
    try {
      return vector.get(row);
    } catch (cause) {
      // Arrow gives dates and times as milliseconds, and throws where those exceed what a number holds.
      throw new LarderError(
        `Column ${JSON.stringify(column)} holds a value that rows can't show exactly. Read it with toArrow or toColumns.`,
        { code: "inexact-column", facts: { column, type: typeText(type), row }, cause },
      );
    }
  };
}

function numberReader(values: ArrayLike<number | bigint>): ValueReader {
  return (row) => values[row];
}

function textReader(data: Data): ValueReader {
  const { buffer, byteOffset, byteLength } = data.values as Uint8Array;
  const bytes = Buffer.from(buffer, byteOffset, byteLength);
  const offsets = data.valueOffsets as Int32Array | BigInt64Array;
  if (offsets instanceof Int32Array) return (row) => bytes.toString("utf8", offsets[row], offsets[row + 1]);
  return (row) => bytes.toString("utf8", Number(offsets[row]), Number(offsets[row + 1]));
}

function dictionaryReader(arrow: Arrow, column: string, data: Data): ValueReader {
  const indices = data.values as ArrayLike<number | bigint>;
  const readers: { read: ValueReader; start: number }[] = [];
  let length = 0;
  for (const piece of data.dictionary?.data ?? []) {
    readers.push({ read: valueReader(arrow, column, piece), start: length });
    length += piece.length;
  }
  const entries: unknown[] = new Array(length);
  return (row) => {
    const index = Number(indices[row]);
    const known = entries[index];
    if (known !== undefined) return known;
    const piece = readers.findLast(({ start }) => start <= index);
    const made = piece?.read(index - piece.start);
    entries[index] = made;
    return made;
  };
}
