import type { JsonValue } from "@larder/core";
import { Table } from "apache-arrow";

const rowsShown = 20;
const itemsShown = 1000;

/**
 * A value as JSON, for a person or a program to look at; not meant to be read back. Tables become their columns, number
 * of rows and first rows; maps objects; dates and big integers text; what can't be shown, what it is.
 */
export function toJsonValue(value: unknown, depth = 0): JsonValue {
  if (value === null || value === undefined) return null;
  switch (typeof value) {
    case "string":
    case "boolean":
      return value;
    case "number":
      return Number.isFinite(value) ? value : String(value);
    case "bigint":
      return Number.isSafeInteger(Number(value)) ? Number(value) : String(value);
    case "object":
      break;
    default:
      return `(${typeof value})`;
  }
  if (depth > 20) return "(too deep to show)";
  if (isTable(value)) return tableToJson(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof Uint8Array) return `(${value.byteLength} bytes)`;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) {
    return shortened([...(value as Float64Array)], depth);
  }
  if (Array.isArray(value)) return shortened(value, depth);
  if (value instanceof Set) return shortened([...value], depth);
  if (value instanceof Map)
    return asObject(
      [...value].map(([key, item]) => [textKey(key), item]),
      depth,
    );
  if (value instanceof RegExp || value instanceof URL || value instanceof Error) return String(value);
  return asObject(Object.entries(value), depth);
}

/** Whether a value is an Arrow table, also of another copy of the library. */
export function isTable(value: unknown): value is Table {
  if (value instanceof Table) return true;
  return typeof value === "object" && value !== null && "schema" in value && "numRows" in value && "getChild" in value;
}

function tableToJson(table: Table): JsonValue {
  const head: JsonValue[] = [];
  for (const row of table.slice(0, rowsShown)) head.push(toJsonValue(row?.toJSON(), 1));
  const columns = table.schema.fields.map((field) => ({ name: field.name, type: String(field.type) }));
  return { rows: table.numRows, columns, head };
}

function shortened(items: readonly unknown[], depth: number): JsonValue {
  const shown = items.slice(0, itemsShown).map((item) => toJsonValue(item, depth + 1));
  return items.length > itemsShown ? [...shown, `(and ${items.length - itemsShown} more)`] : shown;
}

function asObject(entries: readonly (readonly [string, unknown])[], depth: number): JsonValue {
  // `fromEntries` defines properties, so that a key such as `__proto__` is only a key.
  return Object.fromEntries(entries.map(([key, item]) => [key, toJsonValue(item, depth + 1)]));
}

function textKey(key: unknown): string {
  return typeof key === "string" ? key : JSON.stringify(toJsonValue(key));
}
