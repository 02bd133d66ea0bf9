import type { DeclarationSite } from "./declaration-site.js";
import { UnreadableCodeError } from "./fingerprint-outcome.js";
import type { ModuleAnalysis } from "./module-analysis.js";
import type { GraphModule, ModuleGraph } from "./module-graph.js";
import { normalisedSyntax } from "./normalised-syntax.js";
import { dottedName } from "./reference-use.js";
import type { SourceParser } from "./source-parser.js";
import type { SourcePosition } from "./stack-position.js";
import { isErased, isFunctionNode, nodeAt, nodesAt, type SyntaxNode, textAt, withoutTypes } from "./syntax-node.js";

/** A node's function in the source: the second argument of a call. */
export interface LocatedFunction {
  readonly module: GraphModule;
  readonly argument: SyntaxNode;
  /** The callee as text, when it is plain. */
  readonly callee: string | undefined;
}

/**
 * Finds the source of a node's function. The file that was loaded is taken if it holds the function's own text (plain
 * Node, bundles); else the file it was made from is, where the source map points (tsx, vitest). Where neither can be
 * told from the text, because an expression made the function, both count.
 *
 * @throws UnreadableCodeError `no-source`
 */
export function locateFunction(
  fn: (...args: never[]) => unknown,
  site: DeclarationSite,
  graph: ModuleGraph,
  parse: SourceParser,
): readonly LocatedFunction[] {
  const loaded: SourcePosition = site;
  const mapped = site.mapped ?? loaded;
  const text = Function.prototype.toString.call(fn);
  if (loaded.file === mapped.file && loaded.line === mapped.line && loaded.column === mapped.column) {
    const found = findCall(loaded, graph);
    const rewritten = isTyped(loaded.file) || process.env.VITEST !== undefined;
    // A loader's output may happen to have the call where the source has it.
    const fits = compare(found, text, graph, parse) !== "differs" || (rewritten && looksLike(found, fn, graph));
    if (!fits) throw noSource(loaded, "holds another function than the one that runs");
    return [found];
  }
  const direct = attempt(() => findCall(loaded, graph));
  const match = direct === undefined ? "differs" : compare(direct, text, graph, parse);
  if (match === "same") return [direct!];
  const original = attempt(() => findCall(mapped, graph));
  const both = [];
  if (original !== undefined && looksLike(original, fn, graph)) both.push(original);
  // A loader's output under a TypeScript name is not what is on disk, so places in it mean nothing there.
  if (direct !== undefined && match === "unknown" && !isTyped(loaded.file)) both.push(direct);
  if (both.length === 0) throw noSource(mapped, "does not hold the function that runs");
  return both;
}

function isTyped(file: string): boolean {
  return /\.[mc]?tsx?$/.test(file);
}

function attempt<T>(work: () => T): T | undefined {
  try {
    return work();
  } catch (error) {
    if (error instanceof UnreadableCodeError) return undefined;
    throw error;
  }
}

function noSource(at: SourcePosition, what: string): UnreadableCodeError {
  return new UnreadableCodeError(
    "no-source",
    `${at.file}:${at.line}:${at.column} ${what}. Declare the node with func(options, function) in a file that is on disk as it runs, or give it a version.`,
  );
}

function findCall(at: SourcePosition, graph: ModuleGraph): LocatedFunction {
  const module = graph.module(at.file);
  const offset = offsetOf(module.analysis, at);
  const calls = callsAt(module.analysis, offset);
  if (calls.length !== 1) {
    throw noSource(at, calls.length === 0 ? "holds no call with a function" : "holds several calls at one place");
  }
  const [call] = calls;
  const args = nodesAt(call!, "arguments");
  if (args.slice(0, 2).some((argument) => argument.type === "SpreadElement"))
    throw noSource(at, "spreads its arguments");
  return { module, argument: withoutTypes(args[1]!), callee: dottedName(withoutTypes(nodeAt(call!, "callee")!)) };
}

interface CallIndex {
  readonly lines: readonly number[];
  /** By the offset the engine reports for a call. */
  readonly byPlace: ReadonlyMap<number, readonly SyntaxNode[]>;
}

const indexes = new WeakMap<ModuleAnalysis, CallIndex>();

function indexOf(analysis: ModuleAnalysis): CallIndex {
  let index = indexes.get(analysis);
  if (index === undefined) {
    const lines = [0];
    for (const match of analysis.text.matchAll(/\r\n|[\n\r\u2028\u2029]/g)) lines.push(match.index + match[0].length);
    const byPlace = new Map<number, SyntaxNode[]>();
    for (const call of analysis.calls) {
      const place = placeOf(call, analysis.text);
      byPlace.set(place, [...(byPlace.get(place) ?? []), call]);
    }
    index = { lines, byPlace };
    indexes.set(analysis, index);
  }
  return index;
}

function offsetOf(analysis: ModuleAnalysis, at: SourcePosition): number {
  return (indexOf(analysis).lines[at.line - 1] ?? analysis.text.length) + at.column - 1;
}

/** V8 reports a call at the name before its parenthesis, or, where there is none, at the parenthesis. */
function placeOf(call: SyntaxNode, text: string): number {
  const callee = nodeAt(call, "callee")!;
  if (call.optional !== true && callee.type === "Identifier") return callee.start;
  if (call.optional !== true && callee.type === "MemberExpression" && callee.computed !== true) {
    return nodeAt(callee, "property")!.start;
  }
  return text.indexOf("(", nodeAt(call, "typeArguments")?.end ?? callee.end);
}

function callsAt(analysis: ModuleAnalysis, offset: number): readonly SyntaxNode[] {
  const exact = indexOf(analysis).byPlace.get(offset);
  if (exact !== undefined) return exact;
  // Source maps may point at the beginning of the callee, or into it.
  const around = analysis.calls.filter((call) => call.start <= offset && offset <= nodeAt(call, "callee")!.end);
  const innermost = Math.max(...around.map((call) => call.start));
  return around.filter((call) => call.start === innermost);
}

/** Whether the text at a place is the function's: `unknown` when the argument is not the function itself. */
function compare(
  found: LocatedFunction,
  text: string,
  graph: ModuleGraph,
  parse: SourceParser,
): "same" | "differs" | "unknown" {
  const written = functionBehind(found, graph);
  if (written === undefined) return "unknown";
  if (written.module.analysis.text.slice(written.node.start, written.node.end) === text) return "same";
  try {
    const unit = parse("function.ts", `(${text})`).units[0];
    const expression = unit === undefined ? undefined : nodeAt(unit.node, "expression");
    // Loaders that only blank out the types leave another text but the same tree.
    return expression !== undefined && sameFunction(expression, written.node) ? "same" : "differs";
  } catch {
    return "differs";
  }
}

function sameFunction(a: SyntaxNode, b: SyntaxNode): boolean {
  const plain = (node: SyntaxNode): string =>
    normalisedSyntax({ ...node, type: node.type.replace("Declaration", "Expression") });
  return plain(a) === plain(b);
}

interface WrittenFunction {
  readonly module: GraphModule;
  readonly node: SyntaxNode;
}

/** The function an argument is, or that it names, when that name is never given another. */
function functionBehind({ module, argument }: LocatedFunction, graph: ModuleGraph): WrittenFunction | undefined {
  if (isFunctionNode(argument)) return { module, node: argument };
  if (argument.type !== "Identifier") return undefined;
  const targets = attempt(() => graph.named(module, textAt(argument, "name"), undefined).targets) ?? [];
  const [target] = targets;
  if (targets.length !== 1 || target?.kind !== "binding") return undefined;
  const { analysis } = target.module;
  const indexes = analysis.scope.names.get(target.name)?.units ?? [];
  const assigned = analysis.references.some(
    ({ name, home, use }) => use === "write" && name === target.name && home === analysis.scope,
  );
  if (indexes.length !== 1 || assigned) return undefined;
  const { node } = analysis.units[indexes[0]!]!;
  const init = node.type === "VariableDeclarator" ? nodeAt(node, "init") : node;
  const value = init === undefined ? undefined : withoutTypes(init);
  return value !== undefined && isFunctionNode(value) ? { module: target.module, node: value } : undefined;
}

/** Whether a function written so can be the one that runs: loaders rewrite bodies, but not these. */
function looksLike(found: LocatedFunction, fn: (...args: never[]) => unknown, graph: ModuleGraph): boolean {
  const written = functionBehind(found, graph)?.node;
  if (written === undefined) return true;
  const parameters = nodesAt(written, "params").filter((parameter) => !isErased(parameter));
  const firstOptional = parameters.findIndex(({ type }) => type === "AssignmentPattern" || type === "RestElement");
  const length = firstOptional < 0 ? parameters.length : firstOptional;
  const kind = `${written.async === true ? "Async" : ""}${written.generator === true ? "Generator" : ""}Function`;
  return length === fn.length && Object.getPrototypeOf(fn).constructor.name === kind;
}
