import { types } from "node:util";
import type { ItemKind } from "../manifest/manifest.js";

/** A file on the local disk whose bytes become an item. */
export interface FileValue {
  /** Its path. */
  readonly file: string;
}

/** Whether a value is exactly `{ file: path }`. */
export function isFileValue(value: unknown): value is FileValue {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return false;
  // Asked first, and of few only: the keys of a typed array are as many as its elements.
  if (!Object.hasOwn(value, "file") || typeof (value as { file: unknown }).file !== "string") return false;
  return Object.keys(value).length === 1;
}

/**
 * What kind of item a value becomes when nothing is said: an Arrow table a `table`, a typed array an `array`, `Uint8Array`,
 * `Buffer` and `ArrayBuffer` `binary`, a string `text`, a `Date` a `timestamp`, exactly `{ file: path }` a `file`, all else `json`.
 */
export function kindOfValue(value: unknown): ItemKind {
  if (typeof value === "string") return "text";
  if (typeof value !== "object" || value === null) return "json";
  if (types.isDate(value)) return "timestamp";
  if (types.isUint8Array(value) || types.isAnyArrayBuffer(value)) return "binary";
  if (types.isTypedArray(value)) return "array";
  if (isArrowTable(value)) return "table";
  return isFileValue(value) ? "file" : "json";
}

/** By what it has, for there may be several copies of Arrow in a program. */
function isArrowTable(value: object): boolean {
  if (!("schema" in value && "batches" in value && "numRows" in value)) return false;
  const { schema, batches, numRows } = value as { schema: unknown; batches: unknown; numRows: unknown };
  const hasFields = typeof schema === "object" && schema !== null && "fields" in schema && Array.isArray(schema.fields);
  return (
    hasFields &&
    Array.isArray(batches) &&
    typeof numRows === "number" &&
    Object.getPrototypeOf(value) !== Object.prototype
  );
}
