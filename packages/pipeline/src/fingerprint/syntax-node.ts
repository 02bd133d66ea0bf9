/** A node of the syntax tree, as oxc gives it (ESTree with TypeScript). Offsets count UTF-16 code units. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [key: string]: unknown;
}

export function isSyntaxNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}

export function nodeAt(node: SyntaxNode, key: string): SyntaxNode | undefined {
  const value = node[key];
  return isSyntaxNode(value) ? value : undefined;
}

/** The nodes of a list, holes left out. */
export function nodesAt(node: SyntaxNode, key: string): readonly SyntaxNode[] {
  const value = node[key];
  return Array.isArray(value) ? value.filter(isSyntaxNode) : [];
}

export function textAt(node: SyntaxNode, key: string): string {
  const value = node[key];
  return typeof value === "string" ? value : "";
}

const typeWrappers = new Set([
  "ParenthesizedExpression",
  "TSAsExpression",
  "TSSatisfiesExpression",
  "TSNonNullExpression",
  "TSTypeAssertion",
  "TSInstantiationExpression",
]);

/** The expression without parentheses and type assertions around it. */
export function withoutTypes(node: SyntaxNode): SyntaxNode {
  let inner = node;
  while (typeWrappers.has(inner.type)) inner = nodeAt(inner, "expression") ?? inner;
  return inner;
}

export function isTypeWrapper(node: SyntaxNode): boolean {
  return typeWrappers.has(node.type);
}

const erasedTypes = new Set([
  "EmptyStatement",
  "TSInterfaceDeclaration",
  "TSTypeAliasDeclaration",
  "TSDeclareFunction",
  "TSAbstractMethodDefinition",
  "TSAbstractPropertyDefinition",
  "TSAbstractAccessorProperty",
  "TSIndexSignature",
  "TSNamespaceExportDeclaration",
]);

/** Whether nothing of a node is left once types are removed. */
export function isErased(node: SyntaxNode): boolean {
  if (erasedTypes.has(node.type) || node.declare === true) return true;
  switch (node.type) {
    case "MethodDefinition":
      return nodeAt(node, "value")?.type === "TSEmptyBodyFunctionExpression";
    case "Identifier":
      return node.name === "this";
    case "ImportDeclaration":
    case "ImportSpecifier":
    case "TSImportEqualsDeclaration":
      return node.importKind === "type";
    case "ExportAllDeclaration":
    case "ExportSpecifier":
      return node.exportKind === "type";
    case "ExportNamedDeclaration": {
      const declaration = nodeAt(node, "declaration");
      return node.exportKind === "type" || (declaration !== undefined && isErased(declaration));
    }
    case "ExportDefaultDeclaration": {
      const declaration = nodeAt(node, "declaration");
      return declaration !== undefined && isErased(declaration);
    }
    case "TSModuleDeclaration": {
      const body = nodeAt(node, "body");
      return body === undefined || nodesAt(body, "body").every(isErased);
    }
    default:
      return false;
  }
}

export function isFunctionNode(node: SyntaxNode): boolean {
  return (
    node.type === "ArrowFunctionExpression" || node.type === "FunctionExpression" || node.type === "FunctionDeclaration"
  );
}

export function isClassNode(node: SyntaxNode): boolean {
  return node.type === "ClassDeclaration" || node.type === "ClassExpression";
}
