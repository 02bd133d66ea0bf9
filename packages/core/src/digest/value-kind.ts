import { types } from "node:util";

/** What an object is, as far as digests and codecs tell objects apart. */
export type ValueKind =
  | "object"
  | "null-object"
  | "array"
  | "map"
  | "set"
  | "date"
  | "regexp"
  | "url"
  | "buffer"
  | "typed-array"
  | "array-buffer"
  | "data-view"
  | "boxed"
  | "other";

/** The typed arrays; an index here stands for the kind in digests and encodings, so the order never changes. */
export const typedArrayNames = [
  "Int8Array",
  "Uint8Array",
  "Uint8ClampedArray",
  "Int16Array",
  "Uint16Array",
  "Int32Array",
  "Uint32Array",
  "Float32Array",
  "Float64Array",
  "BigInt64Array",
  "BigUint64Array",
] as const;

const kindByName: ReadonlyMap<string, ValueKind> = new Map<string, ValueKind>([
  ["Object", "object"],
  ["Array", "array"],
  ["Map", "map"],
  ["Set", "set"],
  ["Date", "date"],
  ["RegExp", "regexp"],
  ["ArrayBuffer", "array-buffer"],
  ["DataView", "data-view"],
  ["Number", "boxed"],
  ["String", "boxed"],
  ["Boolean", "boxed"],
  ["BigInt", "boxed"],
  ...typedArrayNames.map((name): [string, ValueKind] => [name, "typed-array"]),
]);

/** Kind by prototype; filled as prototypes are met, also those of other realms (`node:vm`). */
const kindByPrototype = new WeakMap<object, ValueKind>([
  [URL.prototype, "url"],
  [Buffer.prototype, "buffer"],
]);

/**
 * The kind of an object: `other` for proxies, instances of classes (also of classes that extend a built-in one),
 * functions, and everything else that cannot be seen whole.
 */
export function kindOf(value: object): ValueKind {
  if (types.isProxy(value)) return "other";
  const prototype: object | null = Object.getPrototypeOf(value);
  if (prototype === Object.prototype) return "object";
  if (prototype === null) return "null-object";
  let kind = kindByPrototype.get(prototype);
  if (kind === undefined) {
    kind = kindOfPrototype(prototype);
    kindByPrototype.set(prototype, kind);
  }
  return kind === "object" || kind === "other" || hasKind(value, kind) ? kind : "other";
}

/** A built-in prototype is known by its constructor: native code, by that name, and with this prototype. */
function kindOfPrototype(prototype: object): ValueKind {
  if (types.isProxy(prototype)) return "other";
  const builder: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  if (typeof builder !== "function" || types.isProxy(builder) || builder.prototype !== prototype) {
    return "other";
  }
  const kind = kindByName.get(builder.name);
  const source = Function.prototype.toString.call(builder);
  return kind !== undefined && source === `function ${builder.name}() { [native code] }` ? kind : "other";
}

/** `Object.create(Map.prototype)` has the prototype but is no Map. */
function hasKind(value: object, kind: ValueKind): boolean {
  switch (kind) {
    case "array":
      return Array.isArray(value);
    case "map":
      return types.isMap(value);
    case "set":
      return types.isSet(value);
    case "date":
      return types.isDate(value);
    case "regexp":
      return types.isRegExp(value);
    case "buffer":
    case "typed-array":
      return types.isTypedArray(value);
    case "array-buffer":
      return types.isArrayBuffer(value);
    case "data-view":
      return types.isDataView(value);
    case "boxed":
      return types.isBoxedPrimitive(value);
    case "url":
      return isUrl(value);
    default:
      return true;
  }
}

const urlHref = Object.getOwnPropertyDescriptor(URL.prototype, "href")?.get;

function isUrl(value: object): boolean {
  try {
    return typeof urlHref?.call(value) === "string";
  } catch {
    return false;
  }
}

/** The name of an object's class, for messages and to tell keyed instances of two classes apart; runs no getter. */
export function classNameOf(value: object): string {
  const prototype: object | null = types.isProxy(value) ? null : Object.getPrototypeOf(value);
  if (prototype === null || types.isProxy(prototype)) return "object";
  const builder: unknown = Object.getOwnPropertyDescriptor(prototype, "constructor")?.value;
  if (typeof builder !== "function" || types.isProxy(builder)) return "object";
  const name: unknown = Object.getOwnPropertyDescriptor(builder, "name")?.value;
  return typeof name === "string" && name !== "" ? name : "object";
}
