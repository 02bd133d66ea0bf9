import { isDecision } from "./is-decision.js";
import { type GivenName, isClass, isFunction, nameGiven, nameOf, nameOfObject } from "./named-functions.js";
import { type SymbolKind, type SymbolList, symbolList } from "./symbol-list.js";
import { isNode, type SyntaxNode } from "./syntax-node.js";

/** What a walk through a module finds. */
export interface Walked {
  readonly symbols: SymbolList;
  readonly decisions: number;
  /** Calls of `require` with a text, and `import x = require("…")`. */
  readonly requires: readonly { readonly specifier: string; readonly start: number }[];
}

/** A node that is still to be looked at. */
interface Waiting {
  readonly node: SyntaxNode;
  /** Number of the named function it is in; -1: none. */
  readonly owner: number;
  /** Names of what it is in, such as `Parser.`. */
  readonly prefix: string;
  /** Whether a variable declared here is one of the module's own, or a namespace's. */
  readonly outside: boolean;
}

const declared: Readonly<Record<string, SymbolKind>> = {
  TSInterfaceDeclaration: "interface",
  TSTypeAliasDeclaration: "type",
  TSEnumDeclaration: "enum",
  TSModuleDeclaration: "namespace",
};

/** Syntax of types that can hold code; all other syntax of types is passed over. */
const typesWithCode = new Set([
  "TSModuleDeclaration",
  "TSModuleBlock",
  "TSEnumDeclaration",
  "TSEnumBody",
  "TSEnumMember",
  "TSInterfaceDeclaration",
  "TSTypeAliasDeclaration",
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
  "TSExportAssignment",
  "TSImportEqualsDeclaration",
  "TSExternalModuleReference",
  "TSParameterProperty",
  "TSAbstractMethodDefinition",
  "TSAbstractPropertyDefinition",
  "TSDeclareFunction",
  "TSEmptyBodyFunctionExpression",
]);

/** What stands at the top of a module without opening a scope. */
const transparent = new Set([
  "Program",
  "ExportNamedDeclaration",
  "ExportDefaultDeclaration",
  "VariableDeclaration",
  "TSModuleDeclaration",
  "TSModuleBlock",
]);

/**
 * Walks a whole module once. Symbols are what the module declares at its top or in a namespace, and functions, classes and
 * members with a name wherever they stand. Decisions count for the innermost function that has a name.
 *
 * @param exported - local names of what the module exports
 */
export function walkModule(program: SyntaxNode, exported: ReadonlySet<string>): Walked {
  const symbols = symbolList();
  const requires: { specifier: string; start: number }[] = [];
  const names = new Map<SyntaxNode, GivenName & { readonly exported: boolean }>();
  let decisions = 0;
  // No recursion: bundled code is nested deeper than the stack is.
  const waiting: Waiting[] = [{ node: program, owner: -1, prefix: "", outside: true }];
  for (let next = waiting.pop(); next !== undefined; next = waiting.pop()) {
    const { node, prefix, outside } = next;
    let { owner } = next;
    if (isDecision(node)) {
      decisions += 1;
      if (owner !== -1) symbols.decide(owner);
    }
    const given = nameGiven(node);
    const isExported = (name: string) => outside && prefix === "" && exported.has(name);
    if (given !== undefined) names.set(given.value, { ...given, exported: isExported(given.name) });

    let inner = prefix;
    const add = (name: string, kind: SymbolKind, isOut: boolean) => {
      inner = `${prefix}${name}.`;
      return symbols.add({ name: `${prefix}${name}`, kind, start: node.start, end: node.end, exported: isOut });
    };
    const kind = declared[node.type];
    if (isFunction(node) || isClass(node)) {
      const known = names.get(node);
      const name = known?.name ?? nameOf(node.id);
      if (known !== undefined) names.delete(node);
      if (name !== undefined) {
        const number = add(
          name,
          known?.kind ?? (isClass(node) ? "class" : "function"),
          known?.exported ?? isExported(name),
        );
        if (isFunction(node)) owner = number;
      }
    } else if (kind !== undefined) {
      const name = nameOf(node.id);
      if (name !== undefined) add(name, kind, isExported(name));
      if (kind === "interface" || kind === "type") continue;
    } else if (node.type === "VariableDeclaration" && outside) {
      addVariables(node, prefix, symbols, isExported);
    } else {
      const object = nameOfObject(node);
      if (object !== undefined) inner = `${prefix}${object}.`;
      const specifier = requiredBy(node);
      if (specifier !== undefined) requires.push({ specifier, start: node.start });
    }
    pushChildren(waiting, node, { owner, prefix: inner, outside: outside && transparent.has(node.type) });
  }
  return { symbols, decisions, requires };
}

function addVariables(
  node: SyntaxNode,
  prefix: string,
  symbols: SymbolList,
  isExported: (name: string) => boolean,
): void {
  for (const declarator of node.declarations as readonly SyntaxNode[]) {
    // Those that are functions or classes are told as these.
    if (nameGiven(declarator) !== undefined) continue;
    for (const { name, at } of boundNames(declarator.id)) {
      const { start, end } = at.type === "Identifier" && at === declarator.id ? declarator : at;
      const kind = node.kind === "var" || node.kind === "let" ? "variable" : "constant";
      symbols.add({ name: `${prefix}${name}`, kind, start, end, exported: isExported(name) });
    }
  }
}

/** The names a pattern binds: of `{ a, b: [c] }`, a and c. */
function* boundNames(pattern: unknown): Iterable<{ readonly name: string; readonly at: SyntaxNode }> {
  if (!isNode(pattern)) return;
  if (pattern.type === "Identifier") yield { name: pattern.name as string, at: pattern };
  else if (pattern.type === "ObjectPattern")
    for (const each of pattern.properties as unknown[]) yield* boundNames(each);
  else if (pattern.type === "ArrayPattern") for (const each of pattern.elements as unknown[]) yield* boundNames(each);
  else if (pattern.type === "Property") yield* boundNames(pattern.value);
  else if (pattern.type === "RestElement") yield* boundNames(pattern.argument);
  else if (pattern.type === "AssignmentPattern") yield* boundNames(pattern.left);
}

function requiredBy(node: SyntaxNode): string | undefined {
  if (node.type === "TSExternalModuleReference") return textOf(node.expression);
  if (node.type !== "CallExpression") return undefined;
  const callee = node.callee as SyntaxNode;
  const called = node.arguments as readonly unknown[];
  return callee.type === "Identifier" && callee.name === "require" && called.length === 1
    ? textOf(called[0])
    : undefined;
}

function textOf(node: unknown): string | undefined {
  return isNode(node) && node.type === "Literal" && typeof node.value === "string" ? node.value : undefined;
}

function pushChildren(waiting: Waiting[], node: SyntaxNode, scope: Omit<Waiting, "node">): void {
  const from = waiting.length;
  for (const property in node) {
    const value = node[property];
    if (typeof value !== "object" || value === null) continue;
    if (Array.isArray(value)) {
      for (const each of value) if (isNode(each) && holdsCode(each)) waiting.push({ node: each, ...scope });
    } else if (isNode(value) && holdsCode(value)) {
      waiting.push({ node: value, ...scope });
    }
  }
  // The last pushed is the next looked at: turned round, so that nodes come in the order of the text.
  for (let low = from, high = waiting.length - 1; low < high; low++, high--) {
    const other = waiting[low]!;
    waiting[low] = waiting[high]!;
    waiting[high] = other;
  }
}

function holdsCode(node: SyntaxNode): boolean {
  return !node.type.startsWith("TS") || typesWithCode.has(node.type);
}
