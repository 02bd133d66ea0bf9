import { ColumnTypeError } from "@larder/core";
import type { Data, DataType, Dictionary } from "apache-arrow";
import { type ArrowLikeType, ArrowTypeId } from "../../arrow/arrow-like.js";
import type { Arrow } from "../../arrow/load-arrow.js";
import { typeText } from "../../arrow/type-text.js";
import { getBit } from "../../format/bitmaps.js";
import { castBytes } from "./cast-bytes.js";
import { castFromText } from "./cast-from-text.js";
import { castInstants } from "./cast-instants.js";
import { castNumbers } from "./cast-numbers.js";
import { castToText } from "./cast-to-text.js";
import { validityMemory } from "./column-memory.js";
import { isSameType } from "./is-same-type.js";
import { copiedValidity } from "./take-bits.js";
import { takeColumn } from "./take-column.js";
import { entryPicks } from "./take-dictionary.js";

/** What turns the values of a column into those of another type. */
export interface Cast {
  readonly data: Data;
  readonly from: ArrowLikeType;
  readonly to: ArrowLikeType;
  isNull(row: number): boolean;
  /** @throws ColumnTypeError naming the row and its value */
  refuse(row: number, value: unknown): never;
}

/** The memory of a column, without what tells of nulls. */
export interface CastValues {
  readonly data: ArrayBufferView;
  readonly valueOffsets?: Int32Array | BigInt64Array;
}

/**
 * A column with each value turned into another type, where that is exact. Shares memory with `data` where it can.
 *
 * - what {@link widenedType} allows, and back again, value by value: integers, floats, booleans (as 0 and 1) into each other; −0 is
 *   no integer
 * - dates and timestamps into each other; with a time zone and without only where the zone is UTC and the other is a date
 * - integers, floats, booleans, dates and timestamps into text, in the one form that is read again as the same value
 * - text into these where all of it is such a value: integers without `+` and leading zeros; floats whose digits are had back from
 *   the number; `true` and `false` in any case, `t`, `f`, `1`, `0`; dates and timestamps as ISO 8601 has them, with a space or a `T`. A
 *   type with a time zone wants an offset in the text, save UTC; one without refuses it
 * - bytes that are UTF-8 into text, and text into bytes
 * - dictionaries into their values, and those as above; a column of nulls into any type
 *
 * @param to the type wanted
 * @param column its name, for the error
 * @throws ColumnTypeError for other types, and for a value that has no exact counterpart: row and value are in its detail
 */
export function castColumn(arrow: Arrow, data: Data, to: DataType, column: string): Data {
  const from = data.type as ArrowLikeType;
  if (data.type === to) return data;
  if (isSameType(data.type, to)) return data.clone(to);
  if (from.typeId === ArrowTypeId.Null) {
    return takeColumn(arrow, to, [], { length: data.length, row: new Int32Array(data.length).fill(-1) });
  }
  if (from.typeId === ArrowTypeId.Dictionary) {
    const { pieces, picks } = entryPicks(data);
    return castColumn(arrow, takeColumn(arrow, (data.type as Dictionary).dictionary, pieces, picks), to, column);
  }
  const nulls = validityMemory(data);
  const cast: Cast = {
    data,
    from,
    to: to as ArrowLikeType,
    isNull: (row) => nulls !== undefined && getBit(nulls.bytes, nulls.offset + row) === 0,
    refuse(row, value) {
      throw new ColumnTypeError(column, typeText(to as ArrowLikeType), typeText(from), `row ${row}: ${shown(value)}`);
    },
  };
  const values = castNumbers(cast) ?? castInstants(cast) ?? castBytes(cast) ?? castToText(cast) ?? castFromText(cast);
  if (!values) throw new ColumnTypeError(column, typeText(to as ArrowLikeType), typeText(from));
  const { length } = data;
  return arrow.makeData({ type: to as never, length, ...copiedValidity(data), ...values } as never) as Data;
}

/** A value in a message: at most 40 characters of it. */
function shown(value: unknown): string {
  const isText = typeof value === "string";
  const text = isText ? value : Object.is(value, -0) ? "-0" : String(value);
  const cut = text.length > 40 ? `${text.slice(0, 39)}…` : text;
  return isText ? JSON.stringify(cut) : cut;
}
