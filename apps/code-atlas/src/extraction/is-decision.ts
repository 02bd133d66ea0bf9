import type { SyntaxNode } from "./syntax-node.js";

const decisions = new Set([
  "IfStatement",
  "ConditionalExpression",
  "ForStatement",
  "ForInStatement",
  "ForOfStatement",
  "WhileStatement",
  "DoWhileStatement",
  "CatchClause",
  "LogicalExpression",
]);

const shortCircuits = new Set(["&&=", "||=", "??="]);

/**
 * Whether a node adds one to the cyclomatic complexity of the function it is in. After McCabe, "A Complexity Measure"
 * (1976): a function has 1 and one more for each decision, which for JavaScript are `if`, `?:`, `for`, `for in`, `for of`, `while`, `do`,
 * each `case`, `catch`, `&&`, `||`, `??`, and the assignments `&&=`, `||=`, `??=`. `default`, `finally` and `?.` add nothing.
 */
export function isDecision(node: SyntaxNode): boolean {
  if (decisions.has(node.type)) return true;
  if (node.type === "SwitchCase") return node.test !== null && node.test !== undefined;
  return node.type === "AssignmentExpression" && shortCircuits.has(node.operator as string);
}
