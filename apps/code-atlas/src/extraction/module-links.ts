import type { EcmaScriptModule } from "oxc-parser";
import { type ImportColumns, importKinds } from "./extraction.js";
import type { LineNumbers } from "./line-numbers.js";

/** How a module hangs together with others. */
export interface ModuleLinks {
  readonly imports: ImportColumns;
  readonly exports: readonly string[];
  /** Local names of what it exports. */
  readonly exported: ReadonlySet<string>;
}

interface FoundImport {
  readonly specifier: string;
  readonly kind: (typeof importKinds)[number];
  readonly start: number;
}

/** The names a module exports, and the local names of those. */
export function exportsOf(module: EcmaScriptModule): Omit<ModuleLinks, "imports"> {
  const exports = new Set<string>();
  const exported = new Set<string>();
  for (const { entries } of module.staticExports) {
    for (const { exportName, localName, moduleRequest } of entries) {
      exports.add(exportName.name ?? (exportName.kind === "Default" ? "default" : "*"));
      if (moduleRequest !== null) continue;
      if (localName.name !== null) exported.add(localName.name);
      // What is exported without a name is called `default` here.
      else if (exportName.kind === "Default") exported.add("default");
    }
  }
  return { exports: [...exports].map((name) => name.toWellFormed()), exported };
}

/** What a module imports, in the order of the text. */
export function importsOf(
  module: EcmaScriptModule,
  text: string,
  requires: readonly { readonly specifier: string; readonly start: number }[],
  lines: LineNumbers,
): ImportColumns {
  const found: FoundImport[] = requires.map((each) => ({ ...each, kind: "require" }));
  for (const { moduleRequest, entries, start, end } of module.staticImports) {
    const onlyTypes =
      (entries.length > 0 && entries.every(({ isType }) => isType)) ||
      /^import\s+type\b(?!\s*(,|from\s+["']))/.test(text.slice(start, end));
    found.push({ specifier: moduleRequest.value, kind: onlyTypes ? "type" : "import", start });
  }
  for (const { entries, start } of module.staticExports) {
    const [first] = entries;
    if (first?.moduleRequest == null) continue;
    const kind = entries.every(({ isType }) => isType) ? "type" : "reexport";
    found.push({ specifier: first.moduleRequest.value, kind, start });
  }
  for (const { moduleRequest, start } of module.dynamicImports) {
    const specifier = plainText(text.slice(moduleRequest.start, moduleRequest.end));
    if (specifier !== undefined) found.push({ specifier, kind: "dynamic", start });
  }
  found.sort((a, b) => a.start - b.start);
  return {
    specifier: found.map(({ specifier }) => specifier.toWellFormed()),
    kind: Uint8Array.from(found, ({ kind }) => importKinds.indexOf(kind)),
    line: Int32Array.from(found, ({ start }) => lines.at(start)),
  };
}

/** The content of a quoted text without escapes, as specifiers are; `undefined` for any other expression. */
function plainText(source: string): string | undefined {
  return /^(["'`])([^\\"'`$\n]*)\1$/.exec(source)?.[2];
}
