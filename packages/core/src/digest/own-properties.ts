import { inspect } from "node:util";
import type { ValueKind } from "./value-kind.js";

/** Up to this many elements, listing all keys is cheaper than asking the inspector. */
const listableElements = 256;

/**
 * Whether an object of a built-in kind carries properties besides its content, such as `map.name = "x"`. Of arrays and
 * typed arrays with more than 256 elements only enumerable ones are found: listing a million keys would cost more
 * than everything else.
 */
export function hasExtraProperties(value: object, kind: ValueKind): boolean {
  switch (kind) {
    case "array":
      return elementsHaveExtras(value, (value as unknown[]).length, 1);
    case "typed-array":
    case "buffer":
      return elementsHaveExtras(value, (value as Uint8Array).length, 0);
    case "regexp":
      return Reflect.ownKeys(value).length !== 1;
    case "boxed":
      return Reflect.ownKeys(value).length !== (value instanceof String ? value.length + 1 : 0);
    default:
      return Reflect.ownKeys(value).length !== 0;
  }
}

function elementsHaveExtras(value: object, length: number, fixedKeys: number): boolean {
  if (length <= listableElements) {
    const keys = Reflect.ownKeys(value);
    // Holes make for fewer keys than elements: then the keys themselves must be looked at.
    if (keys.length > length + fixedKeys) return true;
    if (keys.length === length + fixedKeys && fixedKeys === 0) return false;
    const last = keys.length - fixedKeys;
    return last > 0 && !isIndex(keys[last - 1]!, length);
  }
  const shown = inspect(value, { maxArrayLength: 0, depth: 0, customInspect: false, breakLength: Infinity });
  return !shown.endsWith(`[ ... ${length} more items ]`);
}

/** Own keys are listed indices first, then strings, then symbols; `length` is an array's first string key. */
function isIndex(key: string | symbol, length: number): boolean {
  if (typeof key === "symbol") return false;
  const index = Number(key);
  return Number.isInteger(index) && index >= 0 && index < length && String(index) === key;
}

/** Counts the holes of an array that begin at an index; made when the first hole is met. */
export function createHoleCounter(array: readonly unknown[]): (index: number) => number {
  const indices = Object.keys(array);
  let next = 0;
  return (index) => {
    while (next < indices.length && Number(indices[next]) < index) next++;
    // Keys that are no indices come last, and are refused elsewhere.
    const end = next < indices.length ? Number(indices[next]) : array.length;
    return (Number.isNaN(end) ? array.length : end) - index;
  };
}
