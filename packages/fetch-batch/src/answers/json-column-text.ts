import { types } from "node:util";
import { isContainer } from "../columns/extract-json-value.js";
import { stringifyExactJson } from "../fetchers/json/stringify-exact-json.js";
import type { Id } from "../ids/ids-for-people.js";
import { unsuitableValue } from "./unsuitable-value.js";

/**
 * The JSON text of a value. Bigints become whole numbers, dates texts as `toISOString` gives them; `undefined` is left out of objects, and
 * null in arrays.
 *
 * @throws FetchBatchError `unsuitable-value` for what JSON can't say: NaN, functions, bytes, objects of other classes, cycles
 */
export function jsonColumnText(value: unknown, column: string, id: Id): string {
  const fault = faultOf(value, 0);
  if (fault !== undefined) throw unsuitableValue(column, id, value, `which JSON can't hold: it has ${fault} in it`);
  return stringifyExactJson(value)!;
}

const deepest = 1000;

/** What keeps a value from being JSON, in words. */
function faultOf(value: unknown, depth: number): string | undefined {
  switch (typeof value) {
    case "string":
    case "boolean":
    case "bigint":
    case "undefined":
      return undefined;
    case "number":
      return Number.isFinite(value) ? undefined : String(value);
    case "object":
      break;
    default:
      return `a ${typeof value}`;
  }
  if (value === null) return undefined;
  if (depth > deepest) return "a cycle, or more than 1,000 levels";
  if (types.isDate(value)) return Number.isNaN(value.getTime()) ? "an invalid date" : undefined;
  if (!isContainer(value)) return "an object of a class";
  for (const inner of Array.isArray(value) ? value : Object.values(value)) {
    const fault = faultOf(inner, depth + 1);
    if (fault !== undefined) return fault;
  }
  return undefined;
}
