import { LarderError } from "@larder/core";
import type { Data } from "apache-arrow";
import { type ArrowLikeType, ArrowTypeId } from "../arrow/arrow-like.js";
import type { Arrow } from "../arrow/load-arrow.js";
import { typeText } from "../arrow/type-text.js";
import { getBit } from "../format/bitmaps.js";
import { textReader } from "./text-reader.js";

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
    case ArrowTypeId.Bool: {
      const { values, offset } = data;
      return (row) => getBit(values as Uint8Array, offset + row) === 1;
    }
    case ArrowTypeId.Timestamp:
      if (isOf64Bits(data) && type.unit !== undefined) return momentReader(arrow, column, data, type.unit);
      break;
    case ArrowTypeId.Utf8:
    case ArrowTypeId.LargeUtf8:
      return textReader(data);
    case ArrowTypeId.Dictionary:
      return dictionaryReader(arrow, column, data);
    default:
  }
  return arrowReader(arrow, column, data);
}

/** As Arrow reads it. */
function arrowReader(arrow: Arrow, column: string, data: Data): ValueReader {
  const type: ArrowLikeType = data.type;
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

function isOf64Bits({ values }: Data): boolean {
  return values instanceof BigInt64Array;
}

/** Timestamps as milliseconds, without a bigint for those that a number holds exactly; others go Arrow's way. */
function momentReader(arrow: Arrow, column: string, data: Data, unit: number): ValueReader {
  const { buffer, byteOffset, length } = data.values as BigInt64Array;
  const words = new Int32Array(buffer, byteOffset, length * 2);
  const others = arrowReader(arrow, column, data);
  const factor = unit === 0 ? 1000 : 1;
  const divisor = unit === 2 ? 1000 : 1_000_000;
  return (row) => {
    const high = words[2 * row + 1]!;
    // Numbers of 52 bits and a sign.
    if (high >= 2 ** 20 || high < -(2 ** 20)) return others(row);
    const value = high * 2 ** 32 + (words[2 * row]! >>> 0);
    if (unit <= 1) return value * factor;
    const rest = value % divisor;
    // As Arrow adds them up: the quotient, then the rest.
    return (value - rest) / divisor + rest / divisor;
  };
}

function numberReader(values: ArrayLike<number | bigint>): ValueReader {
  return (row) => values[row];
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
