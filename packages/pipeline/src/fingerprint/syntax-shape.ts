import { UnreadableCodeError } from "./fingerprint-outcome.js";
import type { SyntaxNode } from "./syntax-node.js";

/** What counts of a kind of node: where its children are, and which of its plain values matter when it runs. */
export interface SyntaxShape {
  readonly children: readonly string[];
  readonly values: readonly string[];
}

/** Kinds of nodes that run. Types are absent on purpose: they are erased, or their keys are not listed. */
const table = `
AccessorProperty: decorators key value; computed static
ArrayExpression: elements
ArrayPattern: elements
ArrowFunctionExpression: params body; async
AssignmentExpression: left right; operator
AssignmentPattern: decorators left right
AwaitExpression: argument
BinaryExpression: left right; operator
BlockStatement: body
BreakStatement: label
CallExpression: callee arguments; optional
CatchClause: param body
ChainExpression: expression
ClassBody: body
ClassDeclaration: decorators id superClass body
ClassExpression: decorators id superClass body
ConditionalExpression: test consequent alternate
ContinueStatement: label
DebuggerStatement:
Decorator: expression
DoWhileStatement: body test
EmptyStatement:
ExportAllDeclaration: exported source attributes
ExportDefaultDeclaration: declaration
ExportNamedDeclaration: declaration specifiers source attributes
ExportSpecifier: local exported
ExpressionStatement: expression; directive
ForInStatement: left right body
ForOfStatement: left right body; await
ForStatement: init test update body
FunctionDeclaration: id params body; async generator
FunctionExpression: id params body; async generator
Identifier: decorators; name
IfStatement: test consequent alternate
ImportAttribute: key value
ImportDeclaration: specifiers source attributes; phase
ImportDefaultSpecifier: local
ImportExpression: source options; phase
ImportNamespaceSpecifier: local
ImportSpecifier: imported local
LabeledStatement: label body
LogicalExpression: left right; operator
MemberExpression: object property; computed optional
MetaProperty: meta property
MethodDefinition: decorators key value; kind computed static
NewExpression: callee arguments
ObjectExpression: properties
ObjectPattern: properties
PrivateIdentifier: ; name
Program: body
Property: key value; kind method shorthand computed
PropertyDefinition: decorators key value; computed static
RestElement: decorators argument
ReturnStatement: argument
SequenceExpression: expressions
SpreadElement: argument
StaticBlock: body
Super:
SwitchCase: test consequent
SwitchStatement: discriminant cases
TaggedTemplateExpression: tag quasi
TemplateLiteral: quasis expressions
ThisExpression:
ThrowStatement: argument
TryStatement: block handler finalizer
UnaryExpression: argument; operator
UpdateExpression: argument; operator prefix
VariableDeclaration: declarations; kind
VariableDeclarator: id init
WhileStatement: test body
WithStatement: object body
YieldExpression: argument; delegate
JSXAttribute: name value
JSXClosingElement: name
JSXClosingFragment:
JSXElement: openingElement children closingElement
JSXEmptyExpression:
JSXExpressionContainer: expression
JSXFragment: openingFragment children closingFragment
JSXIdentifier: ; name
JSXMemberExpression: object property
JSXNamespacedName: namespace name
JSXOpeningElement: name attributes
JSXOpeningFragment:
JSXSpreadAttribute: argument
JSXSpreadChild: expression
JSXText: ; value
TSEnumBody: members
TSEnumDeclaration: id body; const
TSEnumMember: id initializer; computed
TSExportAssignment: expression
TSExternalModuleReference: expression
TSImportEqualsDeclaration: id moduleReference
TSModuleBlock: body
TSModuleDeclaration: id body
TSParameterProperty: decorators parameter
TSQualifiedName: left right
`;

const shapes = new Map<string, SyntaxShape>();
for (const line of table.trim().split("\n")) {
  const [kind = "", fields = ""] = line.split(":");
  const [children = "", values = ""] = fields.split(";");
  shapes.set(kind, { children: words(children), values: words(values) });
}

function words(text: string): string[] {
  return text.split(" ").filter((word) => word !== "");
}

/**
 * The shape of a node that is no literal and no piece of a template.
 *
 * @throws UnreadableCodeError `no-source` for a kind not known here: what it does is not known either
 */
export function shapeOf(node: SyntaxNode): SyntaxShape {
  const shape = shapes.get(node.type);
  if (shape !== undefined) return shape;
  throw new UnreadableCodeError("no-source", `The syntax '${node.type}' is not understood. Give the node a version.`);
}
