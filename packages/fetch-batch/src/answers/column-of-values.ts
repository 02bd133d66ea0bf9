import { types } from "node:util";
import { ColumnTypeError } from "@larder/core";
import type { Data, Field } from "apache-arrow";
import { shown } from "../errors/invalid-request.js";
import type { Id } from "../ids/ids-for-people.js";
import type { Arrow } from "../load-arrow.js";
import { bytesData, nullBitmap, textData } from "./arrow-data.js";
import { jsonColumnText } from "./json-column-text.js";
import { mixedTypes, unsuitableValue } from "./unsuitable-value.js";
import { type KindsOfValues, kindsOfValues, mixture, type ValueKind } from "./value-kinds.js";

/** A column of an answer. */
export interface AnswerColumn {
  readonly field: Field;
  readonly data: Data;
}

/** Marks fields whose texts are JSON. */
export const jsonMark = "larder:json";

const least = -(2n ** 63n);
const most = 2n ** 63n - 1n;

/**
 * A column of JavaScript values, exactly.
 *
 * | values | become |
 * |---|---|
 * | numbers | `Int32` where all are whole and within 32 bits (and none is -0), else `Float64` |
 * | bigints | `Int64` |
 * | numbers and bigints | `Int64` where all are whole and fit, else `Float64` where all are doubles |
 * | texts | `Utf8` |
 * | booleans, dates, bytes | `Bool`, `Timestamp<MILLISECOND, UTC>`, `Binary` |
 * | plain objects and arrays | their JSON text, the field marked `larder:json` |
 * | nothing but null | `Null` |
 *
 * @param values - `undefined` counts as null
 * @param idAt - the id of a row, for messages
 * @param declared - the type that was asked for: `json` is made here; for others, what has no type in common becomes text, from
 *   which the store makes the type
 * @throws ColumnTypeError for other mixtures, and bigints beyond 64 bits; FetchBatchError `unsuitable-value`
 */
export function columnOfValues(
  arrow: Arrow,
  name: string,
  values: readonly unknown[],
  idAt: (row: number) => Id,
  declared?: string,
): AnswerColumn {
  const known = kindsOfValues(name, values, idAt);
  const json = declared?.toLowerCase() === "json";
  const kind = json ? "json" : commonKind(name, values, idAt, known, declared !== undefined);
  const metadata = kind === "json" ? new Map([[jsonMark, "true"]]) : undefined;
  const data = dataOfKind(arrow, name, kind, values, known, idAt);
  return { field: new arrow.Field(name, data.type, true, metadata), data };
}

/** A kind of values, or what a column is made of where no one kind tells. */
type Made = ValueKind | "null" | "int32" | "mixed-text";

function commonKind(
  name: string,
  values: readonly unknown[],
  idAt: (row: number) => Id,
  known: KindsOfValues,
  declared: boolean,
): Made {
  const { kinds } = known;
  if (kinds.size === 0) return "null";
  if (kinds.size === 1) {
    const [kind] = kinds.keys();
    if (kind === "number") return values.every(isInt32) ? "int32" : "number";
    if (kind !== "bigint") return kind!;
    const outside = values.findIndex((value) => typeof value === "bigint" && !isInt64(value));
    if (outside === -1) return "bigint";
    if (declared) return "mixed-text";
    const detail = `id ${shown(idAt(outside))} has ${shown(values[outside])}`;
    throw new ColumnTypeError(name, "Int64", "a whole number beyond 64 bits", detail);
  }
  if (kinds.size === 2 && kinds.has("number") && kinds.has("bigint")) {
    if (values.every((value) => typeof value !== "number" || (Number.isSafeInteger(value) && !Object.is(value, -0)))) {
      if (values.every((value) => typeof value !== "bigint" || isInt64(value))) return "bigint";
    }
    if (values.every((value) => typeof value !== "bigint" || BigInt(Number(value)) === value)) return "number";
  }
  if (declared) return "mixed-text";
  const [left, right] = mixture(known);
  throw mixedTypes(name, left, right);
}

function dataOfKind(
  arrow: Arrow,
  name: string,
  kind: Made,
  values: readonly unknown[],
  known: KindsOfValues,
  idAt: (row: number) => Id,
): Data {
  const length = values.length;
  const nullCount = known.nulls;
  const filled = { length, nullCount, nullBitmap: nullBitmap(values, nullCount) };
  switch (kind) {
    case "null":
      return arrow.makeData({ type: new arrow.Null(), length, nullCount: length });
    case "int32":
      return arrow.makeData({ type: new arrow.Int32(), ...filled, data: Int32Array.from(values as number[]) });
    case "number": {
      const data = new Float64Array(length);
      for (let row = 0; row < length; row++) data[row] = Number(values[row] ?? 0);
      return arrow.makeData({ type: new arrow.Float64(), ...filled, data });
    }
    case "bigint": {
      const data = new BigInt64Array(length);
      for (let row = 0; row < length; row++) data[row] = BigInt((values[row] ?? 0) as number | bigint);
      return arrow.makeData({ type: new arrow.Int64(), ...filled, data });
    }
    case "boolean": {
      const data = new Uint8Array((length + 7) >> 3);
      for (let row = 0; row < length; row++) if (values[row] === true) data[row >> 3]! |= 1 << (row & 7);
      return arrow.makeData({ type: new arrow.Bool(), ...filled, data });
    }
    case "date":
      return arrow.makeData({ type: utcMilliseconds(arrow), ...filled, data: timesOf(name, values, idAt) });
    case "bytes":
      return bytesData(arrow, name, values as (Uint8Array | null | undefined)[], filled);
    case "text":
      return textData(arrow, name, values as (string | null | undefined)[], filled, idAt);
    case "json":
      return textData(
        arrow,
        name,
        values.map((value, row) =>
          value === null || value === undefined || typeof value === "string"
            ? value
            : jsonColumnText(value, name, idAt(row)),
        ),
        filled,
        idAt,
      );
    case "mixed-text":
      return textData(
        arrow,
        name,
        values.map((value, row) => canonicalText(name, value, idAt(row))),
        filled,
        idAt,
      );
  }
}

function timesOf(name: string, values: readonly unknown[], idAt: (row: number) => Id): BigInt64Array {
  const times = new BigInt64Array(values.length);
  for (let row = 0; row < values.length; row++) {
    const date = values[row] as Date | null | undefined;
    if (date === null || date === undefined) continue;
    const time = date.getTime();
    if (Number.isNaN(time)) throw unsuitableValue(name, idAt(row), "Invalid Date", "which is no moment");
    times[row] = BigInt(time);
  }
  return times;
}

/** What the store turns into the declared type, or into nothing. */
function canonicalText(name: string, value: unknown, id: Id): string | null {
  if (value === null || value === undefined) return null;
  if (typeof value === "string") return value;
  if (typeof value === "number") return Object.is(value, -0) ? "-0" : String(value);
  if (typeof value === "bigint" || typeof value === "boolean") return String(value);
  if (types.isUint8Array(value)) throw unsuitableValue(name, id, value, "among values that are no bytes");
  return types.isDate(value) ? value.toISOString() : jsonColumnText(value, name, id);
}

function utcMilliseconds(arrow: Arrow) {
  return new arrow.Timestamp(arrow.TimeUnit.MILLISECOND, "UTC");
}

function isInt32(value: unknown): boolean {
  return value === null || value === undefined || ((value as number) | 0) === value ? !Object.is(value, -0) : false;
}

function isInt64(value: bigint): boolean {
  return value >= least && value <= most;
}
