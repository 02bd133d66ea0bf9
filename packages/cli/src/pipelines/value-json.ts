import type { JsonValue } from "@larder/core";

const rowsShown = 20;
const itemsShown = 1000;
const deepest = 20;

/** What is used of an Arrow table, of any copy of the library. */
interface TableLike {
  readonly numRows: number;
  readonly schema: { readonly fields: readonly { readonly name: string; readonly type: unknown }[] };
  slice(start: number, end: number): Iterable<{ toJSON(): unknown } | null>;
}

/**
 * A value as JSON, to be looked at, not to be read back. Tables become their columns, number of rows and first rows; maps
 * objects; dates and big integers text; what can't be shown, what it is.
 */
export function valueJson(value: unknown, depth = 0): JsonValue {
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
  if (depth > deepest) return "(too deep to show)";
  if (isTable(value)) return tableJson(value);
  if (value instanceof Date) return Number.isNaN(value.getTime()) ? "Invalid Date" : value.toISOString();
  if (value instanceof Uint8Array) return `(${value.byteLength} bytes)`;
  if (ArrayBuffer.isView(value) && !(value instanceof DataView)) return shortened(value as Float64Array, depth);
  if (Array.isArray(value) || value instanceof Set) return shortened([...value], depth);
  if (value instanceof Map)
    return asObject(
      [...value].map(([key, item]) => [textKey(key), item]),
      depth,
    );
  if (value instanceof RegExp || value instanceof URL || value instanceof Error) return String(value);
  return asObject(Object.entries(value), depth);
}

/** Whether a value is an Arrow table, of any copy of the library. */
export function isTable(value: unknown): value is TableLike {
  return typeof value === "object" && value !== null && "schema" in value && "numRows" in value && "getChild" in value;
}

function tableJson(table: TableLike): JsonValue {
  const head = [...table.slice(0, rowsShown)].map((row) => valueJson(row?.toJSON(), 1));
  const columns = table.schema.fields.map(({ name, type }) => ({ name, type: String(type) }));
  return { rows: table.numRows, columns, head };
}

function shortened(items: ArrayLike<unknown>, depth: number): JsonValue {
  const shown = Array.from({ length: Math.min(items.length, itemsShown) }, (_, at) => valueJson(items[at], depth + 1));
  return items.length > itemsShown ? [...shown, `(and ${items.length - itemsShown} more)`] : shown;
}

function asObject(entries: readonly (readonly [string, unknown])[], depth: number): JsonValue {
  // `fromEntries` defines properties, so that a key such as `__proto__` is only a key.
  return Object.fromEntries(entries.map(([key, item]) => [key, valueJson(item, depth + 1)]));
}

function textKey(key: unknown): string {
  return typeof key === "string" ? key : JSON.stringify(valueJson(key));
}
