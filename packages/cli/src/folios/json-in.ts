import { readFile } from "node:fs/promises";
import { LarderError } from "@larder/core";

/**
 * The value of a JSON file.
 *
 * @throws LarderError `invalid-json`; `inexact-json` when a number in it has more digits than a JavaScript number keeps
 */
export async function jsonIn(file: string): Promise<unknown> {
  const text = await readFile(file, "utf8");
  let value: unknown;
  try {
    value = JSON.parse(text);
  } catch {
    throw refusal("invalid-json", file, "is no JSON", "Correct it");
  }
  const numbers = text.replace(/"(?:[^"\\]|\\.)*"/g, '""').match(/-?\d+(?:\.\d+)?(?:[eE][+-]?\d+)?/g) ?? [];
  const lost = numbers.find((number) => !isExact(number));
  if (lost === undefined) return value;
  throw refusal("inexact-json", file, `has the number ${lost}, which would lose digits as JSON`, "Add it as it is");
}

/** Whether a number has no more digits than are kept: integers up to 2⁵³, others 17 digits. */
function isExact(text: string): boolean {
  if (/^-?\d+$/.test(text)) return Number.isSafeInteger(Number(text));
  const digits = text
    .replace(/[eE].*$/, "")
    .replace(/[-.]/g, "")
    .replace(/^0+/, "");
  return digits.length <= 17 && Number.isFinite(Number(text));
}

function refusal(code: string, file: string, why: string, what: string): LarderError {
  return new LarderError(`${file} ${why}. ${what}, or say --kind file.`, { code, facts: { file } });
}
