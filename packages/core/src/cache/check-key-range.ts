import type { KeyRange } from "../capabilities/index.js";
import { invalidOption } from "./invalid-option.js";

/** @throws LarderError `invalid-option` when a bound is no string, or the limit no whole number of 0 or more */
export function checkKeyRange(range: KeyRange): KeyRange {
  const { prefix, from, before, reverse, limit } = range;
  for (const [name, bound] of Object.entries({ prefix, from, before })) {
    if (bound !== undefined && typeof bound !== "string") throw invalidOption(name, "a string", bound);
  }
  if (reverse !== undefined && typeof reverse !== "boolean") throw invalidOption("reverse", "true or false", reverse);
  if (limit !== undefined && !(Number.isSafeInteger(limit) && limit >= 0)) {
    throw invalidOption("limit", "a whole number, 0 or more", limit);
  }
  return range;
}
