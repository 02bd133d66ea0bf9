import { UnreadableCodeError } from "./fingerprint-outcome.js";
import { analyseModule, type ModuleAnalysis } from "./module-analysis.js";
import type { SyntaxNode } from "./syntax-node.js";

type Oxc = typeof import("oxc-parser");

/** Takes source text apart; `file` decides the language and stands in messages. */
export type SourceParser = (file: string, text: string) => ModuleAnalysis;

let loading: Promise<SourceParser> | undefined;

/** Loads the parser, native code, once per process: a program without a cache never pays for it. */
export function loadSourceParser(): Promise<SourceParser> {
  loading ??= import("oxc-parser").then(parserOf);
  return loading;
}

function parserOf(oxc: Oxc): SourceParser {
  return (file, text) => {
    const typed = /\.[mc]?tsx?$/.test(file);
    const lang = typed ? (file.endsWith("x") ? "tsx" : "ts") : "jsx";
    const sourceType = /\.m[jt]s$/.test(file) ? "module" : /\.c[jt]s$/.test(file) ? "commonjs" : "unambiguous";
    const result = oxc.parseSync(file, text, { lang, sourceType, astType: "ts", preserveParens: false });
    const fatal = result.errors.find((error) => error.severity === "Error");
    if (fatal !== undefined) {
      throw new UnreadableCodeError(
        "no-source",
        `${file} can't be parsed: ${fatal.message}. Mend it, or give the node a version.`,
      );
    }
    return analyseModule(result.program as unknown as SyntaxNode, text, typed, sourceType === "module");
  };
}

/** Whether a file is code, rather than data that is counted by its bytes. */
export function isCode(file: string): boolean {
  return /\.[mc]?[jt]sx?$/.test(file) && !/\.d\.[mc]?ts$/.test(file);
}
