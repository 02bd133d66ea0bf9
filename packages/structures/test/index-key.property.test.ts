import fc from "fast-check";
import { expect, test } from "vitest";
import { decodeIndexKey, encodeIndexKey, encodeStringPrefix, type IndexKey } from "../src/index-key.js";

const seed = Number(process.env.LARDER_FAULTS_SEED ?? 20_261_127);
const numbers = fc.oneof(fc.double({ noNaN: true }), fc.integer(), fc.constantFrom(0, -0, Infinity, -Infinity, 5e-324));
const bigints = fc.oneof(
  fc.bigInt(),
  fc.bigInt({ min: -300n, max: 300n }),
  fc.bigInt({ max: 2n ** 4000n, min: -(2n ** 4000n) }),
);
const strings = fc.string({ unit: "binary", maxLength: 20 });
const keys = fc.oneof(numbers, bigints, strings);

test("keys sort as their texts do: numbers, then bigints, by value, then strings by UTF-8 bytes", () => {
  console.log(`seed ${seed}`);
  fc.assert(
    fc.property(keys, keys, (a, b) => {
      expect(Math.sign(Buffer.compare(text(a), text(b)))).toBe(compare(a, b));
    }),
    { seed, numRuns: 5000 },
  );
});

test("neighbours sort right: a number and the next, a bigint and the next", () => {
  fc.assert(
    fc.property(bigints, (a) => {
      expect(Buffer.compare(text(a), text(a + 1n))).toBe(-1);
    }),
    { seed },
  );
  fc.assert(
    fc.property(fc.integer(), (a) => {
      expect(Buffer.compare(text(a), text(a + 1))).toBe(-1);
    }),
    { seed },
  );
});

test("a key comes back from its text, -0 as 0", () => {
  fc.assert(
    fc.property(keys, (key) => {
      expect(decodeIndexKey(encodeIndexKey(key))).toBe(key === 0 ? 0 : key);
    }),
    { seed, numRuns: 2000 },
  );
});

test("a string has a prefix exactly when their texts do, and no number has one", () => {
  fc.assert(
    fc.property(keys, strings, (key, prefix) => {
      const expected = typeof key === "string" && key.startsWith(prefix);
      expect(encodeIndexKey(key).startsWith(encodeStringPrefix(prefix))).toBe(expected);
    }),
    { seed, numRuns: 2000 },
  );
});

test("what can't be a key is refused: NaN, unpaired surrogates, what is too long, other types", () => {
  for (const key of [Number.NaN, "\ud800", "x".repeat(1600), 2n ** 9000n, null, {}, undefined, true]) {
    expect(() => encodeIndexKey(key as IndexKey)).toThrow(expect.objectContaining({ code: "invalid-key" }));
  }
});

function text(key: IndexKey): Buffer {
  return Buffer.from(encodeIndexKey(key));
}

function compare(a: IndexKey, b: IndexKey): number {
  const kinds = ["number", "bigint", "string"];
  if (typeof a !== typeof b) return Math.sign(kinds.indexOf(typeof a) - kinds.indexOf(typeof b));
  if (typeof a === "string") return Math.sign(Buffer.compare(Buffer.from(a), Buffer.from(b as string)));
  return a === b ? 0 : a < (b as typeof a) ? -1 : 1;
}
