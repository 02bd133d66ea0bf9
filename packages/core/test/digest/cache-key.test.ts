import { cacheKey, LarderError, UndigestableValueError, valueDigest } from "@larder/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { seededValue } from "./seeded-values.js";

describe("a cache key", () => {
  it("is the prefix and the digest of the parts", () => {
    expect(cacheKey("extract", "symbols", { depth: 2 })).toBe(`extract:${valueDigest(["symbols", { depth: 2 }])}`);
    expect(cacheKey("extract")).toMatch(/^extract:[0-9a-f]{64}$/);
  });

  it("differs when the parts are cut otherwise", () => {
    const keys = [
      cacheKey("a", "bc"),
      cacheKey("a", "b", "c"),
      cacheKey("a", ["b", "c"]),
      cacheKey("a", "b,c"),
      cacheKey("ab", "c"),
      cacheKey("a"),
      cacheKey("a", undefined),
      cacheKey("a", null),
      cacheKey("a", ""),
      cacheKey("a", []),
    ];
    expect(new Set(keys).size).toBe(keys.length);
  });

  it("is the same for the same prefix and parts, and for no others (seed 20260325)", () => {
    const keys = new Map<string, string>();
    const prefixes = fc.constantFrom("a", "a/b", "a.b", "A", "extract-1", "x_y");
    fc.assert(
      fc.property(prefixes, fc.integer({ min: 0, max: 500 }), (prefix, seed) => {
        const value = seededValue({ seed, size: 20 });
        const key = cacheKey(prefix, value);
        expect(cacheKey(prefix, seededValue({ seed, size: 20 }))).toBe(key);
        const meaning = `${prefix} ${valueDigest([value])}`;
        expect(keys.get(key) ?? meaning).toBe(meaning);
        keys.set(key, meaning);
      }),
      { seed: 20260325, numRuns: 1000 },
    );
  });

  it.each(["", ":", "a:b", "a b", "-a", "/a", "ä", "a\n", "x".repeat(201), undefined, 7])(
    "refuses the prefix %j",
    (prefix) => {
      let error: unknown;
      try {
        cacheKey(prefix as string, 1);
      } catch (thrown) {
        error = thrown;
      }
      expect(LarderError.isInstance(error, "invalid-key-prefix")).toBe(true);
    },
  );

  it("names the part that cannot be digested", () => {
    expect(() => cacheKey("a", 1, { run: () => 1 })).toThrow(UndigestableValueError);
    expect(() => cacheKey("a", 1, { run: () => 1 })).toThrow(/\$\[1\]\.run/);
  });
});
