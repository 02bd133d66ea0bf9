import { LarderError } from "@larder/core";

/** In UTF-8. */
const longestItemBytes = 1024;

const prefix = "table:";

/** What is escaped: `%` itself, controls, what shards read (braces), and surrogates without a partner. */
const escaped = /[%{}\p{Cc}\p{Cs}]/gu;

/**
 * The key of an item: `table:` and its name, in which few characters are escaped as `%` and four hexadecimal digits. Two items
 * never have one key.
 *
 * @throws LarderError `invalid-item` when it is no text, empty, or longer than 1,024 bytes
 */
export function itemKey(item: string): string {
  if (typeof item !== "string" || item === "") throw invalidItem("it is empty or no text");
  const key = item.replace(escaped, (unit) => `%${unit.charCodeAt(0).toString(16).padStart(4, "0")}`);
  if (Buffer.byteLength(key) > longestItemBytes) {
    throw invalidItem(`it takes ${Buffer.byteLength(key)} bytes, and may take ${longestItemBytes}`);
  }
  return prefix + key;
}

/** The item a key stands for; `undefined` for keys of other things. */
export function itemOfKey(key: string): string | undefined {
  if (!key.startsWith(prefix)) return undefined;
  return key
    .slice(prefix.length)
    .replace(/%([0-9a-f]{4})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 16)));
}

function invalidItem(why: string): LarderError {
  return new LarderError(`The name of an item can't be used: ${why}. Give each table a short name.`, {
    code: "invalid-item",
    facts: { why },
  });
}
