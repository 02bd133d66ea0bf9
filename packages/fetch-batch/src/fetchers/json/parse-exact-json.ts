import { bigintMark } from "./bigint-mark.js";

/** A text without this has no number that `JSON.parse` could get wrong. */
const suspicious = /\d{16}|[eE]\+?\d{3}/;
const stringOrNumber = /"[^"\\]*(?:\\.[^"\\]*)*"|-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g;
const wholeNumber = /^-?\d+$/;

/**
 * `JSON.parse`, but no whole number is rounded to another: those beyond ±(2⁵³ − 1) are bigints.
 *
 * @throws SyntaxError for what is not JSON; RangeError for a number beyond the largest double
 */
export function parseExactJson(text: string): unknown {
  const rounded: unknown = JSON.parse(text);
  if (!suspicious.test(text)) return rounded;
  let marked = false;
  const exact = text.replace(stringOrNumber, (token) => {
    if (token.startsWith('"')) return token;
    const value = Number(token);
    const whole = wholeNumber.test(token);
    if (!whole && !Number.isFinite(value))
      throw new RangeError(`the number ${token.slice(0, 40)} is beyond the largest double`);
    if (!whole || Number.isSafeInteger(value)) return token;
    marked = true;
    return `"${bigintMark}${token}"`;
  });
  if (!marked) return rounded;
  return JSON.parse(exact, (_key, value: unknown) =>
    typeof value === "string" && value.startsWith(bigintMark) ? BigInt(value.slice(bigintMark.length)) : value,
  );
}
