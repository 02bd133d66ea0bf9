import { types } from "node:util";
import { unencodableItem } from "./unencodable-item.js";

const deepest = 1000;
/** Objects and lists; more of them than memory has room for. */
const mostValues = 2 ** 26;

/**
 * The JSON text of a value that JSON brings back exactly: `null`, booleans, strings, finite numbers other than `-0`, and plain
 * objects and arrays of them, without holes, getters and cycles. An object that is there twice comes back as two, and one without
 * a prototype as a plain one.
 *
 * @throws LarderError `unencodable-item`, which tells where in the value the rest is, such as `$.rows[3].when`
 */
export function exactJsonText(value: unknown): string {
  check(value, { path: [], open: new Set(), done: new Map(), count: 0 });
  if (builtIns.some((prototype) => "toJSON" in prototype)) {
    throw unencodableItem("json", "a built-in prototype has been given a toJSON, which would change values");
  }
  try {
    return JSON.stringify(value);
  } catch (error) {
    if (error instanceof RangeError) throw unencodableItem("json", "its text would be longer than texts can be");
    throw error;
  }
}

const builtIns = [Object.prototype, Array.prototype, String.prototype, Number.prototype, Boolean.prototype];

interface Walk {
  /** Names and indices from the value to here. */
  readonly path: (string | number)[];
  /** The objects around here: one of them within itself is a cycle. */
  readonly open: Set<object>;
  /** Objects that were looked through, which need it only once, and how many there are in each. */
  readonly done: Map<object, number>;
  /** Objects and lists so far, as JSON will have them. */
  count: number;
}

function check(value: unknown, walk: Walk): void {
  switch (typeof value) {
    case "string":
    case "boolean":
      return;
    case "number":
      if (!Number.isFinite(value)) throw refused(walk, `JSON has no ${value}`);
      if (Object.is(value, -0)) throw refused(walk, "JSON.stringify makes 0 of -0");
      return;
    case "object":
      if (value !== null) checkObject(value, walk);
      return;
    case "undefined":
      throw refused(walk, "JSON has no undefined: leave it out, or use null");
    default:
      throw refused(walk, `JSON has no ${typeof value}`);
  }
}

function checkObject(value: object, walk: Walk): void {
  if (types.isProxy(value)) throw refused(walk, "a proxy can't be seen whole");
  if (walk.open.has(value)) throw refused(walk, "it is within itself");
  const start = walk.count++;
  const known = walk.done.get(value);
  if (known !== undefined) walk.count = start + known;
  // JSON.stringify would go through all of them before it finds the text too long.
  if (walk.count > mostValues) throw refused(walk, `it has more than ${mostValues} objects and lists`);
  if (known !== undefined) return;
  if (walk.path.length >= deepest) throw refused(walk, `it is nested deeper than ${deepest}`);
  walk.open.add(value);
  if (Array.isArray(value)) checkArray(value, walk);
  else checkPlain(value, walk);
  walk.open.delete(value);
  walk.done.set(value, walk.count - start);
}

function checkArray(value: readonly unknown[], walk: Walk): void {
  if (Object.getPrototypeOf(value) !== Array.prototype) throw refused(walk, "JSON has no classes of lists");
  const names = Reflect.ownKeys(value);
  // Indices come first, in order, and then the length.
  if (names.length !== value.length + 1 || names[value.length] !== "length") {
    throw refused(walk, "JSON has no lists with holes or with names");
  }
  for (let index = 0; index < value.length; index++) checkProperty(value, index, walk);
}

function checkPlain(value: object, walk: Walk): void {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) {
    throw refused(walk, `JSON has no objects of class ${className(value)}`);
  }
  if (Object.getOwnPropertySymbols(value).length > 0) throw refused(walk, "JSON has no symbols as names");
  for (const name of Object.getOwnPropertyNames(value)) checkProperty(value, name, walk);
}

function checkProperty(owner: object, name: string | number, walk: Walk): void {
  walk.path.push(name);
  const property = Object.getOwnPropertyDescriptor(owner, name)!;
  if (!("value" in property)) throw refused(walk, "JSON has no getters");
  if (!property.enumerable) throw refused(walk, "JSON leaves out what is not enumerable");
  check(property.value, walk);
  walk.path.pop();
}

function className(value: object): string {
  const name: unknown = (value as { constructor?: { name?: unknown } }).constructor?.name;
  return typeof name === "string" && name !== "" ? name : "unknown";
}

function refused(walk: Walk, reason: string): Error {
  const path = walk.path.map((part) =>
    typeof part === "number" ? `[${part}]` : /^[A-Za-z_$][\w$]*$/.test(part) ? `.${part}` : `[${JSON.stringify(part)}]`,
  );
  return unencodableItem("json", reason, `$${path.join("")}`);
}
