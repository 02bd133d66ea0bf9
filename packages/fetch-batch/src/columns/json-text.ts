import { parse } from "lossless-json";
import { JsonParseError } from "../errors/json-parse-error.js";
import { parseExactJson } from "../fetchers/json/parse-exact-json.js";

/**
 * The value of a JSON text; whole numbers beyond ±(2⁵³ − 1) are bigints.
 *
 * @param path - where the value is wanted for, for the error
 * @throws JsonParseError `not-json`, with the character at which the text stops to be JSON
 */
export function jsonOfText(text: string, path: readonly string[] = []): unknown {
  try {
    return parseExactJson(text);
  } catch (cause) {
    throw new JsonParseError({ reason: "not-json", path, position: faultyCharacter(text), cause });
  }
}

/** Where a text stops to be JSON: Node's own messages do not always say. */
function faultyCharacter(text: string): number {
  try {
    parse(text, null, { parseNumber: Number, onDuplicateKey: ({ newValue }) => newValue });
  } catch (error) {
    const position = /at position (\d+)$/.exec(error instanceof Error ? error.message : "")?.[1];
    if (position !== undefined) return Number(position);
  }
  return 0;
}
