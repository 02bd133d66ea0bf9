import type { SymbolKind } from "./symbol-list.js";
import { isNode, type SyntaxNode } from "./syntax-node.js";

/** A function or class that gets its name from where it stands. */
export interface GivenName {
  readonly value: SyntaxNode;
  readonly name: string;
  readonly kind: SymbolKind;
}

/**
 * The function or class that a node gives a name to: a variable, a property, a member of a class, an assignment such as
 * `exports.parse = function () {}`, an export without a name. `undefined` where it gives none.
 */
export function nameGiven(node: SyntaxNode): GivenName | undefined {
  switch (node.type) {
    case "VariableDeclarator":
      return given(node.init, nameOf(node.id), "function");
    case "Property":
      return given(node.value, nameOf(node.key), accessorKind(node.kind) ?? "method");
    case "PropertyDefinition":
      return given(node.value, nameOf(node.key), "method");
    case "MethodDefinition":
    case "TSAbstractMethodDefinition":
      return given(node.value, nameOf(node.key), memberKind(node.kind));
    case "AssignmentExpression":
      return node.operator === "=" ? given(node.right, nameOf(node.left), "function") : undefined;
    case "ExportDefaultDeclaration":
      return given(node.declaration, "default", "function");
    default:
      return undefined;
  }
}

/** The name of what an object literal is written into: its methods are told as `settings.read`. */
export function nameOfObject(node: SyntaxNode): string | undefined {
  const [key, value] =
    node.type === "VariableDeclarator"
      ? [node.id, node.init]
      : node.type === "Property" || node.type === "PropertyDefinition"
        ? [node.key, node.value]
        : [undefined, undefined];
  return isNode(value) && value.type === "ObjectExpression" ? nameOf(key) : undefined;
}

/** Whether a node is a function. */
export function isFunction(node: SyntaxNode): boolean {
  return (
    node.type === "FunctionDeclaration" ||
    node.type === "FunctionExpression" ||
    node.type === "ArrowFunctionExpression" ||
    node.type === "TSDeclareFunction" ||
    node.type === "TSEmptyBodyFunctionExpression"
  );
}

/** Whether a node is a class. */
export function isClass(node: SyntaxNode): boolean {
  return node.type === "ClassDeclaration" || node.type === "ClassExpression";
}

/** A name as it is written: `parse`, `exports.parse`, `#next`, `"content-type"`; `undefined` for what is computed. */
export function nameOf(node: unknown): string | undefined {
  if (!isNode(node)) return undefined;
  switch (node.type) {
    case "Identifier":
      return node.name as string;
    case "PrivateIdentifier":
      return `#${node.name as string}`;
    case "Literal":
      return typeof node.value === "string" || typeof node.value === "number" ? String(node.value) : undefined;
    case "ThisExpression":
      return "this";
    case "TSQualifiedName": {
      const [left, right] = [nameOf(node.left), nameOf(node.right)];
      return left === undefined || right === undefined ? undefined : `${left}.${right}`;
    }
    case "MemberExpression": {
      const property = node.computed === true && !isLiteral(node.property) ? undefined : nameOf(node.property);
      const object = nameOf(node.object);
      return property === undefined || object === undefined ? undefined : `${object}.${property}`;
    }
    default:
      return undefined;
  }
}

function given(value: unknown, name: string | undefined, kind: SymbolKind): GivenName | undefined {
  if (!isNode(value) || name === undefined) return undefined;
  if (isClass(value)) return { value, name, kind: "class" };
  return isFunction(value) ? { value, name, kind } : undefined;
}

function accessorKind(kind: unknown): SymbolKind | undefined {
  return kind === "get" ? "getter" : kind === "set" ? "setter" : undefined;
}

function memberKind(kind: unknown): SymbolKind {
  return accessorKind(kind) ?? (kind === "constructor" ? "constructor" : "method");
}

function isLiteral(node: unknown): boolean {
  return isNode(node) && node.type === "Literal";
}
