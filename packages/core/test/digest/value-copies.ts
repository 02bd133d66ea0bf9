import { type Chance, setOwn } from "./seeded-values.js";

/** How a copy differs from its original. */
export interface CopyOptions {
  /** Gives a number per object for the order of its keys; absent: the same order. */
  readonly shuffle?: Chance;
  /** Called with every value that is no container; what it returns is copied in its place. */
  readonly replace?: (value: unknown) => unknown;
}

/** An equal value that shares no object with its original; shared references and cycles stay. */
export function copyValue(original: unknown, options: CopyOptions = {}): unknown {
  const copies = new Map<object, object>();

  function copy(value: unknown): unknown {
    if (typeof value !== "object" || value === null) return options.replace ? options.replace(value) : value;
    const known = copies.get(value);
    if (known !== undefined) return known;
    const made = empty(value);
    copies.set(value, made);
    fill(value, made);
    return made;
  }

  function fill(value: object, made: object): void {
    if (value instanceof Map) {
      for (const [key, item] of value) (made as Map<unknown, unknown>).set(copy(key), copy(item));
    } else if (value instanceof Set) {
      for (const item of value) (made as Set<unknown>).add(copy(item));
    } else if (Array.isArray(value)) {
      (made as unknown[]).length = value.length;
      for (const index of Object.keys(value)) setOwn(made, index, copy(value[Number(index)]));
    } else if (isPlain(value)) {
      for (const key of shuffled(Object.keys(value), options.shuffle)) {
        setOwn(made, key, copy((value as Record<string, unknown>)[key]));
      }
    }
  }

  return copy(original);
}

export function isPlain(value: object): boolean {
  const prototype = Object.getPrototypeOf(value);
  return prototype === null || prototype === Object.prototype;
}

function shuffled(keys: string[], chance: Chance | undefined): string[] {
  if (chance === undefined) return keys;
  for (let index = keys.length - 1; index > 0; index--) {
    const other = chance.below(index + 1);
    [keys[index], keys[other]] = [keys[other]!, keys[index]!];
  }
  return keys;
}

function empty(value: object): object {
  if (Array.isArray(value)) return [];
  if (value instanceof Map) return new Map();
  if (value instanceof Set) return new Set();
  if (value instanceof Date) return new Date(value.getTime());
  if (value instanceof RegExp) {
    const expression = new RegExp(value.source, value.flags);
    expression.lastIndex = value.lastIndex;
    return expression;
  }
  if (value instanceof URL) return new URL(value.href);
  if (Buffer.isBuffer(value)) return Buffer.from(value);
  if (value instanceof ArrayBuffer) return value.slice(0);
  if (value instanceof DataView) {
    return new DataView(value.buffer.slice(value.byteOffset, value.byteOffset + value.byteLength));
  }
  if (ArrayBuffer.isView(value)) return (value as Uint8Array).slice();
  return Object.create(Object.getPrototypeOf(value));
}
