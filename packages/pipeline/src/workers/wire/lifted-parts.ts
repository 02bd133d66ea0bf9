import { UnsendableValueError } from "./unsendable-value-error.js";

/** Names of properties and indexes, from the outside in. */
export type Path = readonly (string | number)[];

/** A part of a value, taken out. */
export interface LiftedPart {
  readonly path: Path;
  readonly part: unknown;
}

/**
 * Takes parts out of arrays and plain objects; `null` stands in their place. The value stays as it is: what leads to a part
 * is copied, the rest is not.
 *
 * @throws UnsendableValueError when a container with a part in it is met twice: that it is the same one would be lost
 */
export function liftParts(
  value: unknown,
  isPart: (value: unknown) => boolean,
): { readonly rest: unknown; readonly parts: readonly LiftedPart[] } {
  const parts: LiftedPart[] = [];
  /** Whether a container had parts; `undefined` while it is walked. */
  const walked = new Map<object, boolean | undefined>();

  function walk(at: unknown, path: Path): unknown {
    if (typeof at !== "object" || at === null) return at;
    if (isPart(at)) {
      parts.push({ path, part: at });
      return null;
    }
    if (!isPlainContainer(at)) return at;
    if (walked.has(at)) {
      if (walked.get(at) === false) return at;
      throw new UnsendableValueError(textOf(path), "it is there twice, and has tables or files in it");
    }
    walked.set(at, undefined);
    let copy: Record<string, unknown> | undefined;
    for (const name of Object.keys(at)) {
      const descriptor = Object.getOwnPropertyDescriptor(at, name)!;
      if (!("value" in descriptor)) continue;
      const inner = walk(descriptor.value, [...path, Array.isArray(at) ? Number(name) : name]);
      if (inner === descriptor.value) continue;
      copy ??= copyOf(at);
      Object.defineProperty(copy, name, { ...descriptor, value: inner });
    }
    walked.set(at, copy !== undefined);
    return copy ?? at;
  }

  return { rest: walk(value, []), parts };
}

/** Puts parts in where they were taken out. */
export function putParts(value: unknown, parts: readonly LiftedPart[]): unknown {
  for (const { path, part } of parts) {
    let at = value as Record<string | number, unknown>;
    for (const step of path.slice(0, -1)) at = at[step] as Record<string | number, unknown>;
    Object.defineProperty(at, path.at(-1)!, { value: part, writable: true, enumerable: true, configurable: true });
  }
  return value;
}

function isPlainContainer(value: object): boolean {
  if (Array.isArray(value)) return true;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
}

/** Its properties as they are, whatever is odd about them: the encoding refuses what it can't keep. */
function copyOf(value: object): Record<string, unknown> {
  const copy = Array.isArray(value) ? [] : Object.create(Object.getPrototypeOf(value));
  return Object.defineProperties(copy, Object.getOwnPropertyDescriptors(value));
}

function textOf(path: Path): string {
  return `$${path.map((step) => (typeof step === "number" ? `[${step}]` : `.${step}`)).join("")}`;
}
