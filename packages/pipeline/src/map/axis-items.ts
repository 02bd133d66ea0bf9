import { LarderError } from "@larder/core";

/**
 * The items of a map's list: those of an array, or of a set.
 *
 * @throws LarderError `not-a-list`
 */
export function axisItems(value: unknown, node: string, axis: string): readonly unknown[] {
  if (Array.isArray(value)) return value;
  if (value instanceof Set) return [...value];
  throw new LarderError(
    `Node '${node}' runs over the items of '${axis}', which is ${described(value)}. Give it an array or a set.`,
    { code: "not-a-list", facts: { node, axis } },
  );
}

function described(value: unknown): string {
  if (value === null || value === undefined) return String(value);
  if (typeof value !== "object") return `a ${typeof value}`;
  const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === "string" && name !== "" ? `an instance of ${name}` : "an object";
}

/** What an item is called: its `keyAttribute`, where that is text or a number; else `undefined`. */
export function itemName(item: unknown, keyAttribute: string | undefined): string | undefined {
  if (keyAttribute === undefined || typeof item !== "object" || item === null) return undefined;
  const name = (item as Readonly<Record<string, unknown>>)[keyAttribute];
  return typeof name === "string" || typeof name === "number" || typeof name === "bigint" ? String(name) : undefined;
}
