import { parseSync } from "oxc-parser";
import type { Language, SourceType } from "./dialect.js";
import type { Extraction } from "./extraction.js";
import { lineNumbers } from "./line-numbers.js";
import { exportsOf, importsOf } from "./module-links.js";
import type { SyntaxNode } from "./syntax-node.js";
import { walkModule } from "./walk-module.js";

/** A file, without its place. */
export interface SourceText {
  readonly bytes: Uint8Array;
  readonly language: Language;
  readonly sourceType: SourceType;
}

/** The parser hands its tree over as one text of JSON, about twelve times as long, and no text is longer than 2 ** 29. */
const mostBytes = 32 * 2 ** 20;

/**
 * Takes a source apart: symbols, imports, exports, sizes, complexity. Depends on nothing but what it is given; in particular
 * where imports lead is not looked up here. What can't be parsed has an `error`, and what was understood of it.
 */
export function extractSource({ bytes, language, sourceType }: SourceText): Extraction {
  const text = new TextDecoder().decode(bytes);
  const lines = lineNumbers(text);
  const size = { bytes: bytes.byteLength, lines: lines.count };
  if (bytes.byteLength > mostBytes) {
    return { ...nothing, ...size, error: `larger than ${mostBytes / 2 ** 20} MiB` };
  }
  try {
    const lang = language === "js" ? "jsx" : language;
    const parsed = parseSync(`source.${lang}`, text, { lang, sourceType, astType: "ts", preserveParens: false });
    const { exports, exported } = exportsOf(parsed.module);
    const { symbols, decisions, requires } = walkModule(parsed.program as unknown as SyntaxNode, exported);
    const fatal = parsed.errors.find(({ severity }) => severity === "Error");
    const line = fatal?.labels[0] === undefined ? "" : ` (line ${lines.at(fatal.labels[0].start)})`;
    return {
      ...size,
      complexity: 1 + decisions,
      symbols: symbols.columns(lines),
      imports: importsOf(parsed.module, text, requires, lines),
      exports,
      error: fatal === undefined ? null : `${fatal.message}${line}`,
    };
  } catch (error) {
    return { ...nothing, ...size, error: error instanceof Error ? error.message : String(error) };
  }
}

/** The extraction of a file that the parser can't even try. */
export function withError(bytes: Uint8Array, error: string): Extraction {
  const lines = lineNumbers(new TextDecoder().decode(bytes)).count;
  return { ...nothing, bytes: bytes.byteLength, lines, error };
}

const nothing: Omit<Extraction, "bytes" | "lines" | "error"> = {
  complexity: 1,
  symbols: {
    name: [],
    kind: new Uint8Array(),
    line: new Int32Array(),
    lines: new Int32Array(),
    exported: new Uint8Array(),
    complexity: new Int32Array(),
  },
  imports: { specifier: [], kind: new Uint8Array(), line: new Int32Array() },
  exports: [],
};
