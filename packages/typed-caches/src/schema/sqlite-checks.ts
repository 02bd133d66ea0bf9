import type { CheckSchema } from "./table-schema.js";

/** Blanks and comments, strings, quoted names, words, and any other single character. */
const token =
  /\s+|--[^\n]*|\/\*[\s\S]*?(?:\*\/|$)|'(?:[^']|'')*'|"(?:[^"]|"")*"|`(?:[^`]|``)*`|\[[^\]]*\]|[\p{L}\p{N}_$]+|[\s\S]/gu;
const blank = /^(\s|--|\/\*)/;

/** The CHECK constraints in the text of a CREATE TABLE: SQLite tells of them nowhere else. */
export function sqliteChecks(sql: string): CheckSchema[] {
  const tokens = sql.match(token) ?? [];
  const checks: CheckSchema[] = [];
  // The two last words before this one.
  let before: readonly string[] = [];
  for (let at = 0; at < tokens.length; at++) {
    const text = tokens[at]!;
    if (blank.test(text)) continue;
    const open = /^check$/i.test(text) ? nextWord(tokens, at) : at;
    if (open > at && tokens[open] === "(") {
      const end = closing(tokens, open);
      const name = /^constraint$/i.test(before[0] ?? "") ? unquoted(before[1] ?? "") : undefined;
      checks.push({
        name,
        expression: tokens
          .slice(open + 1, end)
          .join("")
          .trim(),
      });
      at = end;
    }
    before = [before[1] ?? "", text];
  }
  return checks;
}

function nextWord(tokens: readonly string[], from: number): number {
  let at = from + 1;
  while (at < tokens.length && blank.test(tokens[at]!)) at++;
  return at;
}

/** The place of the bracket that closes the one at `open`. */
function closing(tokens: readonly string[], open: number): number {
  let depth = 0;
  for (let at = open; at < tokens.length; at++) {
    if (tokens[at] === "(") depth++;
    if (tokens[at] === ")" && --depth === 0) return at;
  }
  return tokens.length;
}

function unquoted(text: string): string {
  const quote = text[0] ?? "";
  if (quote === "[") return text.slice(1, -1);
  if (quote === '"' || quote === "`" || quote === "'") return text.slice(1, -1).replaceAll(quote + quote, quote);
  return text;
}
