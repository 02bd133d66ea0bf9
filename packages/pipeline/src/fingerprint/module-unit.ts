import {
  isClassNode,
  isErased,
  isFunctionNode,
  nodeAt,
  nodesAt,
  type SyntaxNode,
  textAt,
  withoutTypes,
} from "./syntax-node.js";

/** What a module-level name holds, as far as its declaration says. A `let` is `other`: it may be assigned. */
export type BindingKind = "function" | "primitive" | "other";

/** A module-level statement, or one declarator of it. */
export interface Unit {
  readonly node: SyntaxNode;
  /** `const`, `let`, `var`, `using` for a declarator; `default` for what is exported so. */
  readonly keyword: string;
  /** For people: the names declared, or `statement`. */
  readonly label: string;
  readonly kind: BindingKind;
  /** Whether evaluating it may run code: calls, getters, iterators. */
  readonly runs: boolean;
  /** Whether its place among the others matters. */
  readonly ordered: boolean;
}

/** The name under which an unnamed default export is known. */
export const defaultName = "*default*";

/** The units of a statement: one for each declarator, none for imports and for what is erased. */
export function unitsOf(statement: SyntaxNode): Unit[] {
  if (isErased(statement)) return [];
  switch (statement.type) {
    case "ImportDeclaration":
    case "ExportAllDeclaration":
      return [];
    case "ExportNamedDeclaration": {
      const declaration = nodeAt(statement, "declaration");
      return declaration === undefined ? [] : unitsOf(declaration);
    }
    case "ExportDefaultDeclaration": {
      const declaration = nodeAt(statement, "declaration")!;
      if (nodeAt(declaration, "id") !== undefined && declaration.type.endsWith("Declaration")) {
        return unitsOf(declaration);
      }
      return [{ node: declaration, keyword: "default", label: "default", ...ofValue(declaration, true) }];
    }
    case "VariableDeclaration": {
      const keyword = textAt(statement, "kind");
      return nodesAt(statement, "declarations").map((declarator) => declaratorUnit(declarator, keyword));
    }
    case "FunctionDeclaration": {
      const label = textAt(nodeAt(statement, "id")!, "name");
      return [{ node: statement, keyword: "", label, kind: "function", runs: false, ordered: false }];
    }
    case "ClassDeclaration": {
      const label = textAt(nodeAt(statement, "id")!, "name");
      return [{ node: statement, keyword: "", label, ...ofValue(statement, true) }];
    }
    case "TSEnumDeclaration": {
      const label = textAt(nodeAt(statement, "id")!, "name");
      const members = nodesAt(nodeAt(statement, "body")!, "members");
      const runs = members.some((member) => !isInert(nodeAt(member, "initializer"), true));
      return [{ node: statement, keyword: "", label, kind: "other", runs, ordered: true }];
    }
    case "TSModuleDeclaration": {
      let id = nodeAt(statement, "id")!;
      while (id.type === "TSQualifiedName") id = nodeAt(id, "left")!;
      return [{ node: statement, keyword: "", label: textAt(id, "name"), kind: "other", runs: true, ordered: true }];
    }
    case "TSImportEqualsDeclaration": {
      const label = textAt(nodeAt(statement, "id")!, "name");
      return [{ node: statement, keyword: "", label, kind: "other", runs: true, ordered: true }];
    }
    default: {
      const runs = !isPlainAssignment(statement);
      return [{ node: statement, keyword: "", label: "statement", kind: "other", runs, ordered: true }];
    }
  }
}

/** `x = …` without calls. `x.y = …` may run a setter. */
function isPlainAssignment(statement: SyntaxNode): boolean {
  const expression = statement.type === "ExpressionStatement" ? nodeAt(statement, "expression") : undefined;
  if (expression?.type !== "AssignmentExpression" || expression.operator !== "=") return false;
  return withoutTypes(nodeAt(expression, "left")!).type === "Identifier" && isInert(nodeAt(expression, "right"), true);
}

function declaratorUnit(node: SyntaxNode, keyword: string): Unit {
  const id = nodeAt(node, "id")!;
  const init = nodeAt(node, "init");
  const label = namesIn(id).join(", ") || "statement";
  if (id.type !== "Identifier") return { node, keyword, label, kind: "other", runs: true, ordered: true };
  if (init === undefined) return { node, keyword, label, kind: "other", runs: false, ordered: false };
  return { node, keyword, label, ...ofValue(init, keyword === "const") };
}

function ofValue(value: SyntaxNode, constant: boolean): Pick<Unit, "kind" | "runs" | "ordered"> {
  const inner = withoutTypes(value);
  const kind = !constant ? "other" : isFunctionNode(inner) ? "function" : isPrimitive(inner) ? "primitive" : "other";
  return { kind, runs: !isInert(inner, true), ordered: !isInert(inner, false) };
}

/** The names a pattern declares. */
export function namesIn(pattern: SyntaxNode): string[] {
  switch (pattern.type) {
    case "Identifier":
      return [textAt(pattern, "name")];
    case "ObjectPattern":
      return nodesAt(pattern, "properties").flatMap(namesIn);
    case "Property":
      return namesIn(nodeAt(pattern, "value")!);
    case "ArrayPattern":
      return nodesAt(pattern, "elements").flatMap(namesIn);
    case "AssignmentPattern":
      return namesIn(nodeAt(pattern, "left")!);
    case "RestElement":
      return namesIn(nodeAt(pattern, "argument")!);
    default:
      return [];
  }
}

function isPrimitive(node: SyntaxNode): boolean {
  switch (node.type) {
    case "Literal":
      return !node.regex;
    case "TemplateLiteral":
      return nodesAt(node, "expressions").every((part) => isPrimitive(withoutTypes(part)));
    case "UnaryExpression":
      return node.operator !== "delete" && isPrimitive(withoutTypes(nodeAt(node, "argument")!));
    case "BinaryExpression":
      return isPrimitive(withoutTypes(nodeAt(node, "left")!)) && isPrimitive(withoutTypes(nodeAt(node, "right")!));
    default:
      return false;
  }
}

/** Whether evaluating an expression runs no code of anybody's; without `names`, nor depends on any name. */
function isInert(outer: SyntaxNode | undefined, names: boolean): boolean {
  if (outer === undefined) return true;
  const node = withoutTypes(outer);
  if (isFunctionNode(node)) return true;
  if (isClassNode(node)) return isInertClass(node, names);
  const every = (key: string): boolean => nodesAt(node, key).every((item) => isInert(item, names));
  switch (node.type) {
    case "Literal":
    case "MetaProperty":
      return true;
    case "Identifier":
      return names;
    case "ArrayExpression":
      return every("elements");
    case "ObjectExpression":
      return nodesAt(node, "properties").every(
        (property) =>
          property.type === "Property" &&
          (property.computed !== true || isPrimitive(nodeAt(property, "key")!)) &&
          isInert(nodeAt(property, "value"), names),
      );
    default:
      return isPrimitive(node);
  }
}

function isInertClass(node: SyntaxNode, names: boolean): boolean {
  if (nodesAt(node, "decorators").length > 0) return false;
  const base = nodeAt(node, "superClass");
  if (base !== undefined && (!names || base.type !== "Identifier")) return false;
  return nodesAt(nodeAt(node, "body")!, "body").every((member) => {
    if (isErased(member)) return true;
    if (member.type === "StaticBlock" || nodesAt(member, "decorators").length > 0) return false;
    if (member.computed === true && !isPrimitive(nodeAt(member, "key")!)) return false;
    return member.type === "MethodDefinition" || member.static !== true || isInert(nodeAt(member, "value"), names);
  });
}
