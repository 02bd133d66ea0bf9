import { LarderError } from "../errors.js";

/**
 * Refuses what is no key: a key is a string, not empty, of any length, of well-formed Unicode. Unpaired surrogates are
 * refused because a backend that writes keys as UTF-8 would take two of them for one key.
 *
 * @throws LarderError `invalid-key`
 */
export function checkKey(key: unknown): asserts key is string {
  if (typeof key !== "string") throw invalidKey(`it is ${key === null ? "null" : `of type ${typeof key}`}`, key);
  if (key === "") throw invalidKey("it is empty", key);
  if (!key.isWellFormed()) throw invalidKey("it has an unpaired surrogate, which is no Unicode text", key);
}

function invalidKey(why: string, key: unknown): LarderError {
  return new LarderError(
    `A cache key must be a non-empty string, and this one is not usable: ${why}. Make keys of other values with cacheKey(prefix, ...parts).`,
    { code: "invalid-key", facts: { key: typeof key === "string" ? key : String(key) } },
  );
}
