import { contentDigest } from "@larder/core";
import type { LoadOrHazard } from "./load-or-hazard.js";
import { defaultName, type Unit, unitsOf } from "./module-unit.js";
import { normalisedSyntax } from "./normalised-syntax.js";
import type { Scope } from "./scope.js";
import { type Reference, walkScopes } from "./scope-walk.js";
import { isErased, nodeAt, nodesAt, type SyntaxNode, textAt } from "./syntax-node.js";

/** Where a name comes from: `imported` is the name over there, `default`, or `*` for all of it. */
export interface ImportedName {
  readonly specifier: string;
  readonly imported: string;
}

/** One source file, taken apart. Depends on nothing but its text, so it can be kept by the text's digest. */
export interface ModuleAnalysis {
  readonly text: string;
  /** Without `import` and `export`: its names are known only to itself, and it is counted as a whole. */
  readonly commonJs: boolean;
  readonly scope: Scope;
  readonly units: readonly Unit[];
  readonly imports: ReadonlyMap<string, ImportedName>;
  /** Exported name → local name, or a name elsewhere. */
  readonly exports: ReadonlyMap<string, string | ImportedName>;
  /** Specifiers of `export * from`. */
  readonly stars: readonly string[];
  /** Specifiers imported for what evaluating them does. */
  readonly sideEffects: readonly string[];
  /** Every specifier that evaluating the module evaluates. */
  readonly evaluated: readonly string[];
  readonly references: readonly Reference[];
  readonly loads: readonly LoadOrHazard[];
  readonly calls: readonly SyntaxNode[];
  /** The references of one unit. */
  referencesOf(index: number): readonly Reference[];
  unitHash(index: number): string;
  wholeHash(): string;
}

const encoder = new TextEncoder();

export function digestOfText(text: string): string {
  return contentDigest(encoder.encode(text));
}

/**
 * Takes a parsed file apart.
 *
 * @param typed whether it is TypeScript
 * @param esmByName whether its name says that it is an ES module
 */
export function analyseModule(program: SyntaxNode, text: string, typed: boolean, esmByName: boolean): ModuleAnalysis {
  const body = nodesAt(program, "body").filter((statement) => !isErased(statement));
  const imports = new Map<string, ImportedName>();
  const exports = new Map<string, string | ImportedName>();
  const stars: string[] = [];
  const sideEffects: string[] = [];
  let moduleSyntax = esmByName || program.sourceType === "module";
  const importing: { specifier: string; locals: string[] }[] = [];

  for (const statement of body) {
    const source = nodeAt(statement, "source");
    const specifier = source === undefined ? "" : textAt(source, "value");
    switch (statement.type) {
      case "ImportDeclaration": {
        const all = nodesAt(statement, "specifiers");
        const kept = all.filter((item) => !isErased(item));
        for (const item of kept) imports.set(localName(item), { specifier, imported: importedName(item) });
        if (all.length === 0) sideEffects.push(specifier);
        if (all.length === 0 || kept.length > 0 || !typed) {
          importing.push({ specifier, locals: kept.map(localName) });
        }
        break;
      }
      case "ExportNamedDeclaration":
        for (const item of nodesAt(statement, "specifiers")) {
          if (isErased(item)) continue;
          const local = moduleName(nodeAt(item, "local")!);
          const exported = moduleName(nodeAt(item, "exported")!);
          exports.set(exported, source === undefined ? local : { specifier, imported: local });
        }
        if (source !== undefined) importing.push({ specifier, locals: [] });
        else for (const unit of unitsOf(statement)) for (const name of declaredNames(unit)) exports.set(name, name);
        break;
      case "ExportAllDeclaration": {
        const name = nodeAt(statement, "exported");
        if (name === undefined) stars.push(specifier);
        else exports.set(moduleName(name), { specifier, imported: "*" });
        importing.push({ specifier, locals: [] });
        break;
      }
      case "ExportDefaultDeclaration": {
        const declaration = nodeAt(statement, "declaration")!;
        const id = declaration.type.endsWith("Declaration") ? nodeAt(declaration, "id") : undefined;
        exports.set("default", id === undefined ? defaultName : textAt(id, "name"));
        break;
      }
      case "TSExportAssignment":
        moduleSyntax = false;
        break;
    }
  }

  const units = body.flatMap(unitsOf);
  const strict = moduleSyntax || body[0]?.directive === "use strict";
  const walk = walkScopes(
    units.map((unit) => unit.node),
    imports.keys(),
    program.end,
    strict,
  );
  units.forEach((unit, index) => {
    if (unit.keyword === "default") walk.scope.names.set(defaultName, { requires: false, units: [index] });
  });

  // TypeScript drops imports that are used only as types, whether or not they say so.
  const used = new Set<string>();
  for (const { name, home } of walk.references) if (home === walk.scope) used.add(name);
  for (const target of exports.values()) if (typeof target === "string") used.add(target);
  const evaluated: string[] = [];
  for (const { specifier, locals } of importing) {
    if (!typed || locals.length === 0 || locals.some((name) => used.has(name))) evaluated.push(specifier);
  }

  let byUnit: Reference[][] | undefined;
  const unitHashes: (string | undefined)[] = [];
  let whole: string | undefined;
  const analysis: ModuleAnalysis = {
    text,
    commonJs: !moduleSyntax,
    scope: walk.scope,
    units,
    imports,
    exports,
    stars,
    sideEffects,
    evaluated: [...new Set(evaluated)],
    references: walk.references,
    loads: walk.loads,
    calls: walk.calls,
    referencesOf(index) {
      if (byUnit === undefined) {
        byUnit = units.map(() => []);
        for (const reference of walk.references) byUnit[reference.unit]!.push(reference);
      }
      return byUnit[index]!;
    },
    unitHash(index) {
      const unit = units[index]!;
      unitHashes[index] ??= digestOfText(`${unit.keyword} ${normalisedSyntax(unit.node)}`);
      return unitHashes[index];
    },
    wholeHash() {
      whole ??= digestOfText(
        JSON.stringify([
          strict,
          [...imports].filter(([local]) => !typed || used.has(local)).map(([local, from]) => [local, from]),
          evaluated,
          [...exports].filter(([, target]) => typeof target !== "string" || walk.scope.names.has(target)),
          stars,
          units.map((unit) => `${unit.keyword} ${normalisedSyntax(unit.node)}`),
        ]),
      );
      return whole;
    },
  };
  return analysis;
}

/** References of a range of the source. They are sorted, so this does not read them all. */
export function referencesIn(analysis: ModuleAnalysis, range: { start: number; end: number }): readonly Reference[] {
  const all = analysis.references;
  const first = countBefore(all, ({ start }) => start < range.start);
  let end = first;
  while (end < all.length && all[end]!.start < range.end) end++;
  return all.slice(first, end);
}

/** The unit around a place. */
export function unitAt(analysis: ModuleAnalysis, offset: number): Unit | undefined {
  const { units } = analysis;
  const unit = units[countBefore(units, ({ node }) => node.start <= offset) - 1];
  return unit !== undefined && offset < unit.node.end ? unit : undefined;
}

/** How many items at the beginning of a sorted list satisfy a condition. */
function countBefore<T>(sorted: readonly T[], condition: (item: T) => boolean): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (condition(sorted[middle]!)) low = middle + 1;
    else high = middle;
  }
  return low;
}

function declaredNames(unit: Unit): readonly string[] {
  return unit.label === "statement" ? [] : unit.label.split(", ");
}

function localName(specifier: SyntaxNode): string {
  return textAt(nodeAt(specifier, "local")!, "name");
}

function importedName(specifier: SyntaxNode): string {
  if (specifier.type === "ImportDefaultSpecifier") return "default";
  if (specifier.type === "ImportNamespaceSpecifier") return "*";
  return moduleName(nodeAt(specifier, "imported")!);
}

/** An exported name may be a text: `export { x as "a b" }`. */
function moduleName(node: SyntaxNode): string {
  return textAt(node, node.type === "Literal" ? "value" : "name");
}
