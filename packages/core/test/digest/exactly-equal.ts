/**
 * Whether two values are the same to a program that looks at everything but identity across them: kinds, prototypes,
 * key order, holes, -0, bits of floats, and which references are shared within each.
 */
export function exactlyEqual(left: unknown, right: unknown): boolean {
  const partners = new Map<object, object>();
  const taken = new Map<object, object>();

  function equal(a: unknown, b: unknown): boolean {
    if (typeof a !== "object" || a === null || typeof b !== "object" || b === null) return Object.is(a, b);
    if (partners.has(a) || taken.has(b)) return partners.get(a) === b && taken.get(b) === a;
    partners.set(a, b);
    taken.set(b, a);
    if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
    if (ArrayBuffer.isView(a) || a instanceof ArrayBuffer) return Buffer.compare(bytesOf(a), bytesOf(b)) === 0;
    if (a instanceof Date) return Object.is(a.getTime(), (b as Date).getTime());
    if (a instanceof URL) return a.href === (b as URL).href;
    if (a instanceof RegExp) {
      const other = b as RegExp;
      return a.source === other.source && a.flags === other.flags && Object.is(a.lastIndex, other.lastIndex);
    }
    if (a instanceof Map) return sequencesEqual([...a].flat(1), [...(b as Map<unknown, unknown>)].flat(1));
    if (a instanceof Set) return sequencesEqual([...a], [...(b as Set<unknown>)]);
    const keys = Reflect.ownKeys(a);
    const otherKeys = Reflect.ownKeys(b);
    if (keys.length !== otherKeys.length) return false;
    return keys.every((key, index) => {
      if (key !== otherKeys[index]) return false;
      const one = Object.getOwnPropertyDescriptor(a, key)!;
      const other = Object.getOwnPropertyDescriptor(b, key)!;
      return one.enumerable === other.enumerable && equal(one.value, other.value);
    });
  }

  function sequencesEqual(a: unknown[], b: unknown[]): boolean {
    return a.length === b.length && a.every((item, index) => equal(item, b[index]));
  }

  return equal(left, right);
}

function bytesOf(value: unknown): Uint8Array {
  if (value instanceof ArrayBuffer) return new Uint8Array(value);
  const view = value as ArrayBufferView;
  return new Uint8Array(view.buffer, view.byteOffset, view.byteLength);
}
