import { bigintMark } from "./bigint-mark.js";

const markedBigint = new RegExp(`"${bigintMark}(-?\\d+)"`, "g");

/** `JSON.stringify`, with bigints written as whole numbers, which `parseExactJson` reads back as they were. */
export function stringifyExactJson(value: unknown): string | undefined {
  let marked = false;
  const text = JSON.stringify(value, (_key, inner: unknown) => {
    if (typeof inner !== "bigint") return inner;
    marked = true;
    return `${bigintMark}${inner}`;
  }) as string | undefined;
  return marked ? text?.replace(markedBigint, "$1") : text;
}
