import { LarderError } from "../errors.js";
import { valueDigest } from "./value-digest.js";

const prefixPattern = /^[A-Za-z0-9][A-Za-z0-9._/-]{0,199}$/;

/**
 * A stable key for anything: `<prefix>:<valueDigest of the parts>`. Different prefixes or parts give different keys;
 * `cacheKey("a", "bc")` is not `cacheKey("a", "b", "c")`.
 *
 * @param prefix - names what is kept, such as `extract/symbols`: 1 to 200 letters, digits, `.`, `_`, `-` and `/`, the first a letter or digit
 * @throws LarderError `invalid-key-prefix`
 * @throws UndigestableValueError when a part cannot be digested; its path begins with the part's index, `$[0]`
 */
export function cacheKey(prefix: string, ...parts: unknown[]): string {
  if (typeof prefix !== "string" || !prefixPattern.test(prefix)) {
    throw new LarderError(
      `The key prefix ${JSON.stringify(prefix)} is not valid. Use 1 to 200 letters, digits, '.', '_', '-' and '/', beginning with a letter or digit.`,
      { code: "invalid-key-prefix", facts: { prefix } },
    );
  }
  return `${prefix}:${valueDigest(parts)}`;
}
