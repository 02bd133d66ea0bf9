import { join } from "node:path";
import { contentDigest } from "@larder/core";

/** Longest name of a folder; file systems allow 255 bytes. */
const mostLetters = 120;
/** Letters kept of a longer one, in front of its digest. */
const keptLetters = 80;
/** Never part of an escaped name: `%` stands before two hexadecimal digits only. */
const noSchema = "%none";
const noLetters = "%empty";
const cutMark = "%-";

const plain = /^[a-z0-9_-]$/;
/** Names that Windows keeps for devices. */
const reserved = /^(?:con|prn|aux|nul|com\d|lpt\d|conin|conout)$/;

/**
 * The directory of a table's dataset: `<root>/<schema>/<table>`, the name cut at its first dot. Small letters, digits, `-` and `_`
 * stand for themselves, everything else is escaped: different names have different paths also where the file system is blind to
 * case, and none leaves the root.
 */
export function datasetDirectory(root: string, table: string): string {
  const dot = table.indexOf(".");
  if (dot < 0) return join(root, noSchema, escaped(table));
  return join(root, escaped(table.slice(0, dot)), escaped(table.slice(dot + 1)));
}

/** The table whose dataset lies in `<schema>/<table>`; `undefined` where the names were cut, or are not from {@link datasetDirectory}. */
export function tableOfDirectory(schemaFolder: string, tableFolder: string): string | undefined {
  const schema = schemaFolder === noSchema ? undefined : unescaped(schemaFolder);
  const name = unescaped(tableFolder);
  if (name === undefined || (schema === undefined && schemaFolder !== noSchema)) return undefined;
  const table = schema === undefined ? name : `${schema}.${name}`;
  const same = datasetDirectory("", table) === join(schemaFolder, tableFolder);
  return same ? table : undefined;
}

function escaped(name: string): string {
  if (name === "") return noLetters;
  const letters = Array.from(name, (letter) => (plain.test(letter) ? letter : escapedLetter(letter)));
  if (reserved.test(name)) letters[0] = escapedLetter(name[0]!);
  const whole = letters.join("");
  if (whole.length <= mostLetters) return whole;
  let kept = "";
  for (const letter of letters) {
    if (kept.length + letter.length > keptLetters) break;
    kept += letter;
  }
  return `${kept}${cutMark}${contentDigest(Buffer.from(name, "utf16le")).slice(0, 32)}`;
}

function escapedLetter(letter: string): string {
  return Array.from(utf8Of(letter), (byte) => `%${byte.toString(16).padStart(2, "0")}`).join("");
}

/** A lone surrogate as three bytes, which no text has in UTF-8. */
function utf8Of(letter: string): Uint8Array {
  const code = letter.codePointAt(0)!;
  if (code < 0xd800 || code > 0xdfff) return Buffer.from(letter, "utf8");
  return Uint8Array.of(0xe0 | (code >> 12), 0x80 | ((code >> 6) & 0x3f), 0x80 | (code & 0x3f));
}

function unescaped(folder: string): string | undefined {
  if (folder === noLetters) return "";
  if (!/^(?:[a-z0-9_-]|%[0-9a-f]{2})+$/.test(folder)) return undefined;
  const bytes = Buffer.from(
    folder.replace(/%(..)/g, (_, hex: string) => String.fromCharCode(Number.parseInt(hex, 16))),
    "latin1",
  );
  let name = "";
  for (let at = 0; at < bytes.length; ) {
    if (bytes[at] === 0xed && bytes[at + 1]! >= 0xa0 && at + 2 < bytes.length) {
      name += String.fromCharCode(0xd000 | ((bytes[at + 1]! & 0x3f) << 6) | (bytes[at + 2]! & 0x3f));
      at += 3;
      continue;
    }
    const next = bytes.indexOf(0xed, at + 1);
    const end = next < 0 ? bytes.length : next;
    name += bytes.toString("utf8", at, end);
    at = end;
  }
  return name;
}
