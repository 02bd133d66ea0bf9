import { isErased, isSyntaxNode, nodeAt, type SyntaxNode, textAt, withoutTypes } from "./syntax-node.js";
import { shapeOf } from "./syntax-shape.js";

/**
 * A syntax tree as text: equal for trees that run alike whatever their formatting, comments, positions and types;
 * different for any other difference. Every value is tagged or quoted, so no two trees share a text by accident.
 *
 * @throws UnreadableCodeError `no-source` for a kind of syntax not known here
 */
export function normalisedSyntax(node: SyntaxNode): string {
  const out: string[] = [];
  write(node, out, false);
  return out.join("");
}

function write(outer: SyntaxNode, out: string[], tagged: boolean): void {
  const node = withoutTypes(outer);
  if (node.type === "Literal") return void out.push(literal(node));
  if (node.type === "TemplateElement") return void out.push(templateElement(node, tagged));
  const shape = shapeOf(node);
  out.push(node.type, "(");
  for (const key of shape.values) {
    const value = node[key];
    if (value !== false && value !== null && value !== undefined) out.push(key, "=", JSON.stringify(value), ";");
  }
  for (const key of shape.children) {
    const value = node[key];
    if (key === "key" && writePlainKey(node, out)) continue;
    if (Array.isArray(value)) {
      out.push("[");
      for (const item of value) {
        if (item === null) out.push("_,");
        else if (isSyntaxNode(item) && !isErased(item)) {
          write(item, out, tagged && key === "quasis");
          out.push(",");
        }
      }
      out.push("]");
    } else if (isSyntaxNode(value)) {
      write(value, out, node.type === "TaggedTemplateExpression" && key === "quasi");
      out.push(",");
    } else out.push("_,");
  }
  out.push(")");
}

/** `{ "a": 1 }` and `{ a: 1 }` are the same property: formatters add and remove the quotes. */
function writePlainKey(node: SyntaxNode, out: string[]): boolean {
  const key = nodeAt(node, "key");
  if (node.computed === true || key === undefined) return false;
  const name = key.type === "Identifier" ? key.name : key.type === "Literal" ? key.value : undefined;
  if (typeof name !== "string") return false;
  out.push("key=", JSON.stringify(name), ",");
  return true;
}

function literal(node: SyntaxNode): string {
  const regex = node.regex as { pattern: string; flags: string } | undefined | null;
  if (regex) return `regex(${JSON.stringify(regex.pattern)},${JSON.stringify(regex.flags)})`;
  if (typeof node.bigint === "string") return `bigint(${node.bigint})`;
  const value = node.value;
  if (typeof value === "string") return JSON.stringify(value);
  return `${typeof value}(${String(value)})`;
}

/** What was typed matters only to a tag, which can read it. */
function templateElement(node: SyntaxNode, tagged: boolean): string {
  const value = node.value as { raw: string; cooked: string | null };
  const cooked = JSON.stringify(value.cooked);
  return tagged ? `tagged(${cooked},${JSON.stringify(value.raw)})` : `text(${cooked})`;
}

/** The name a property, method or member is known by; `undefined` when it is computed. */
export function plainName(node: SyntaxNode, key: "key" | "property"): string | undefined {
  const name = nodeAt(node, key);
  if (name === undefined) return undefined;
  if (name.type === "Literal") return typeof name.value === "string" ? name.value : undefined;
  if (node.computed === true) return undefined;
  return name.type === "Identifier" || name.type === "PrivateIdentifier" ? textAt(name, "name") : undefined;
}
