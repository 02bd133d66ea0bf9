import * as fc from "fast-check";
import { expect, test } from "vitest";
import { indexKey, keyBytes, keyText, lookUpKey, plainKeyBytes } from "../src/entry-key.js";

const seed = 20_261_121;
/** Any string of UTF-16 units, also with lone surrogates. */
const text = fc
  .array(fc.oneof(fc.integer({ min: 0, max: 0xffff }), fc.integer({ min: 0xd700, max: 0xe000 })), { maxLength: 40 })
  .map((units) => String.fromCharCode(...units));

test("every string has bytes of its own, and comes back from them", () => {
  fc.assert(
    fc.property(text, (key) => {
      expect(keyText(keyBytes(key))).toBe(key);
    }),
    { seed, numRuns: 5000 },
  );
});

test("well-formed text is plain UTF-8", () => {
  fc.assert(
    fc.property(fc.string({ unit: "binary" }), (key) => {
      expect(keyBytes(key).equals(Buffer.from(key))).toBe(true);
    }),
    { seed, numRuns: 2000 },
  );
});

test("two keys meet at one place only when they are the same, however long they are", () => {
  const long = fc.tuple(
    fc.constantFrom(0, plainKeyBytes - 2, plainKeyBytes - 1, plainKeyBytes, plainKeyBytes + 1, 5000),
    text,
  );
  fc.assert(
    fc.property(long, long, ([one, a], [other, b]) => {
      const keys = ["x".repeat(one) + a, "x".repeat(other) + b];
      const places = keys.map((key) => indexKey(keyBytes(key)));
      expect(places[0]!.equals(places[1]!)).toBe(keys[0] === keys[1]);
      for (const place of places) expect(place.byteLength).toBeLessThanOrEqual(1978);
    }),
    { seed, numRuns: 5000 },
  );
});

test("a key is looked up at its place and by its bytes, whatever was looked up before", () => {
  const ascii = fc.string({ minLength: 1, maxLength: 100 });
  const long = fc.constantFrom(60, 64, 65, 633, 634, 1900, 1901, 5000).map((length) => "x".repeat(length));
  fc.assert(
    fc.property(fc.array(fc.oneof(ascii, text, long), { minLength: 1 }), (keys) => {
      for (const key of keys) {
        const { place, name } = lookUpKey(key);
        expect(Buffer.compare(place, indexKey(keyBytes(key)))).toBe(0);
        expect(Buffer.compare(name, keyBytes(key))).toBe(0);
      }
    }),
    { seed, numRuns: 300 },
  );
});
