import { hasExtraProperties } from "../digest/own-properties.js";
import { kindOf } from "../digest/value-kind.js";
import { maximumDepth } from "./structured-format.js";

/** From this length on, an array of numbers is better kept as binary. */
const longNumberArray = 64;

/**
 * The JSON text of a value that JSON brings back exactly, else `undefined`: plain objects and arrays without holes, shared
 * references or cycles, of `null`, booleans, strings and finite numbers other than `-0`.
 */
export function exactJson(value: unknown): string | undefined {
  // A toJSON that someone has hung on these would be called by JSON.stringify.
  if ("toJSON" in Array.prototype) return undefined;
  if (!isExact(value, new Set(), 0)) return undefined;
  try {
    return JSON.stringify(value);
  } catch (error) {
    // Longer than a string can be: the tagged form has no such limit.
    if (error instanceof RangeError) return undefined;
    throw error;
  }
}

function isExact(value: unknown, seen: Set<object>, depth: number): boolean {
  switch (typeof value) {
    case "string":
    case "boolean":
      return true;
    case "number":
      return Number.isFinite(value) && !Object.is(value, -0);
    case "object":
      if (value === null) return true;
      if (depth >= maximumDepth || seen.has(value)) return false;
      seen.add(value);
      return Array.isArray(value) ? isExactArray(value, seen, depth) : isExactObject(value, seen, depth);
    default:
      return false;
  }
}

function isExactObject(value: object, seen: Set<object>, depth: number): boolean {
  if (kindOf(value) !== "object") return false;
  if (Object.getOwnPropertySymbols(value).length > 0) return false;
  const keys = Object.getOwnPropertyNames(value);
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index]!;
    const property = Object.getOwnPropertyDescriptor(value, key);
    if (property === undefined || property.get !== undefined || property.set !== undefined || !property.enumerable) {
      return false;
    }
    if (!isExact(property.value, seen, depth + 1)) return false;
  }
  return true;
}

function isExactArray(value: unknown[], seen: Set<object>, depth: number): boolean {
  if (kindOf(value) !== "array" || hasExtraProperties(value, "array")) return false;
  if (value.length >= longNumberArray && typeof value[0] === "number" && typeof value[1] === "number") return false;
  for (let index = 0; index < value.length; index++) {
    const property = Object.getOwnPropertyDescriptor(value, index);
    if (property === undefined || property.get !== undefined || property.set !== undefined) return false;
    if (!isExact(property.value, seen, depth + 1)) return false;
  }
  return true;
}
