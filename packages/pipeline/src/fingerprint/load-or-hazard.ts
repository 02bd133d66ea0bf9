import { dottedName } from "./reference-use.js";
import type { Reference } from "./scope-walk.js";
import { nodeAt, nodesAt, type SyntaxNode, withoutTypes } from "./syntax-node.js";

/** A construct that loads code by name, or can't be followed by reading. */
export interface LoadOrHazard {
  readonly start: number;
  /** Index of the module-level unit it stands in. */
  readonly unit: number;
  /** What is loaded; `undefined`: not known before it runs. */
  readonly specifier: string | undefined;
  /** As the source has it, for messages. */
  readonly construct: string;
  /** Need not exist: a file named by `new URL("…", import.meta.url)`, what compiled JSX may call. */
  readonly optional: boolean;
}

/** What a name used says of loading: `eval`, `new Function`, `require`. */
export function hazardOf(
  { name, home, use, property, call }: Reference,
  unit: SyntaxNode,
): Pick<LoadOrHazard, "specifier" | "construct"> | undefined {
  if (home === undefined && name === "eval") return { construct: "eval", specifier: undefined };
  if (home === undefined && name === "Function" && (use === "call" || use === "construct")) {
    return { construct: "new Function", specifier: undefined };
  }
  const requires = home === undefined ? name === "require" : home.names.get(name)!.requires;
  if (!requires) return undefined;
  if (use === "call") return { construct: "require", specifier: literalText(nodesAt(call!, "arguments")[0]) };
  // Bundlers hand `require` on under a name of its own, whose calls are followed.
  const inBundlersHelper = unit.type === "VariableDeclarator" && nodeAt(unit, "id")?.name === "__require";
  if (use === "read" || property !== undefined || name === "__require" || inBundlersHelper) return undefined;
  return { construct: "require", specifier: undefined };
}

/** `createRequire(…)`: what it gives is used as `require` is. */
export function isCreateRequireCall(node: SyntaxNode | undefined): boolean {
  if (node === undefined) return false;
  const call = withoutTypes(node);
  const callee = nodeAt(call, "callee");
  return (
    call.type === "CallExpression" && callee !== undefined && /(^|\.)createRequire$/.test(dottedName(callee) ?? "")
  );
}

/** A text written as such: a literal, or a template without expressions. */
export function literalText(node: SyntaxNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  const inner = withoutTypes(node);
  if (inner.type === "Literal" && typeof inner.value === "string") return inner.value;
  if (inner.type !== "TemplateLiteral" || nodesAt(inner, "expressions").length > 0) return undefined;
  const value = nodesAt(inner, "quasis")[0]?.value as { cooked: string | null } | undefined;
  return value?.cooked ?? undefined;
}

/**
 * What `import()` loads: a text written as such, or what `import.meta.resolve("…")` gives for one. A query or a fragment behind that may
 * be anything: it makes another instance of the same module.
 */
export function importedText(node: SyntaxNode | undefined): string | undefined {
  if (node === undefined) return undefined;
  const inner = withoutTypes(node);
  if (inner.type !== "TemplateLiteral") return literalText(inner) ?? resolvedText(inner);
  const [before, behind] = nodesAt(inner, "quasis").map(({ value }) => (value as { cooked: string | null }).cooked);
  const queried = before === "" && behind != null && /^[?#]/.test(behind);
  return literalText(inner) ?? (queried ? resolvedText(nodesAt(inner, "expressions")[0]!) : undefined);
}

function resolvedText(node: SyntaxNode): string | undefined {
  const call = withoutTypes(node);
  if (call.type !== "CallExpression") return undefined;
  const callee = nodeAt(call, "callee")!;
  const object = callee.type === "MemberExpression" ? nodeAt(callee, "object") : undefined;
  // `new.target` is a MetaProperty too.
  const ofModule = object?.type === "MetaProperty" && nodeAt(object, "meta")?.name === "import";
  if (!ofModule || callee.computed === true || nodeAt(callee, "property")?.name !== "resolve") return undefined;
  return literalText(nodesAt(call, "arguments")[0]);
}
