import { parseExactJson } from "../json/parse-exact-json.js";

/** A whole number that the database gave as text. */
export function toBigint(value: unknown): bigint {
  return BigInt(value as string);
}

/** JSON that the database gave as text, its whole numbers not rounded. */
export function toJson(value: unknown): unknown {
  return parseExactJson(value as string);
}
