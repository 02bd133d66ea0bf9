import { JsonParseError } from "../errors/json-parse-error.js";
import { jsonOfText } from "./json-text.js";

const index = /^(?:0|[1-9]\d*)$/;

/**
 * What stands at the end of a path within JSON.
 *
 * @param value - JSON as its text, or as a driver parsed it
 * @param path - keys of objects and indices of arrays, from 0. Empty: the value itself, a text too, whatever it holds
 * @returns `null` where a key is missing, or null stands on the way; else what is there, as JSON has it; whole numbers beyond
 *   ±(2⁵³ − 1) of a text are bigints. Only own properties count.
 * @throws JsonParseError when the text is not JSON, or the path goes on where a scalar stands
 */
export function extractJsonValue(value: unknown, path: readonly string[]): unknown {
  if (path.length === 0) return value ?? null;
  let current = typeof value === "string" ? jsonOfText(value, path) : value;
  for (const [step, key] of path.entries()) {
    if (current === null || current === undefined) return null;
    if (!isContainer(current)) throw new JsonParseError({ reason: "scalar", path, position: step });
    if (Array.isArray(current) ? !index.test(key) || !Object.hasOwn(current, key) : !Object.hasOwn(current, key)) {
      return null;
    }
    current = (current as Readonly<Record<string, unknown>>)[key];
  }
  return current ?? null;
}

/** Whether a value is an array or a plain object: what JSON has inner values in. */
export function isContainer(value: unknown): value is object {
  if (typeof value !== "object" || value === null) return false;
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype || Object.getPrototypeOf(prototype) === null;
}
