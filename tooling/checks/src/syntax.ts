import { readFileSync } from "node:fs";
import { join } from "node:path";
import { parseSync } from "oxc-parser";

/** A node of a syntax tree, as the checks walk it: every kind has these, the rest is looked at by name. */
export interface SyntaxNode {
  readonly type: string;
  readonly start: number;
  readonly end: number;
  readonly [field: string]: unknown;
}

/** A parsed source file. */
export interface Syntax {
  readonly program: SyntaxNode;
  readonly text: string;
  /** Line of an offset, from 1. */
  lineOf(offset: number): number;
}

/** Parses a file under `root`. Throws an Error that names the file when it is not TypeScript or JavaScript. */
export function parseFile(root: string, file: string): Syntax {
  const text = readFileSync(join(root, file), "utf8");
  const result = parseSync(file, text, { sourceType: "module" });
  const fatal = result.errors.find(({ severity }) => severity === "Error");
  if (fatal) throw new Error(`${file} could not be parsed: ${fatal.message}`);
  return {
    program: result.program as unknown as SyntaxNode,
    text,
    lineOf: (offset) => text.slice(0, offset).split("\n").length,
  };
}

/**
 * Visits a tree, parents before children.
 *
 * @param visit - returns false when the children of this node are of no interest
 */
export function walkSyntax(node: SyntaxNode, visit: (node: SyntaxNode) => boolean): void {
  if (!visit(node)) return;
  for (const value of Object.values(node)) {
    for (const child of Array.isArray(value) ? value : [value]) if (isNode(child)) walkSyntax(child, visit);
  }
}

export function isNode(value: unknown): value is SyntaxNode {
  return typeof value === "object" && value !== null && typeof (value as { type?: unknown }).type === "string";
}
