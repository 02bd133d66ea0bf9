import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { compareKeys } from "../../src/compare-keys.js";
import { MemoryCache } from "../../src/index.js";
import { storeBlob } from "./store-blob.js";

const seed = Number(process.env.LARDER_SEED ?? 20_264);

/** Text of the characters where UTF-16 and UTF-8 disagree, and some where they don't. */
const texts = fc
  .array(fc.constantFrom("a", "b", "/", "\u0000", "é", "\ud7ff", "\ue000", "\ufffd", "\uffff", "\u{10000}", "🦔"), {
    maxLength: 4,
  })
  .map((parts) => parts.join(""));

const utf8 = (a: string, b: string) => Buffer.compare(Buffer.from(a), Buffer.from(b));

test("compareKeys orders any two well-formed texts by their UTF-8 bytes", () => {
  fc.assert(
    fc.property(texts, texts, (a, b) => {
      expect(Math.sign(compareKeys(a, b))).toBe(utf8(a, b));
    }),
    { seed, numRuns: 5000 },
  );
});

test("compareKeys is an order of all texts, those with lone surrogates too", () => {
  const any = fc
    .array(fc.constantFrom("\ud800", "\udbff", "\udc00", "\ue000", "a"), { maxLength: 4 })
    .map((parts) => parts.join(""));
  fc.assert(
    fc.property(any, any, any, (a, b, c) => {
      const [x, y, z] = [a, b, c].sort(compareKeys) as [string, string, string];
      expect(compareKeys(x, y)).toBeLessThanOrEqual(0);
      expect(compareKeys(y, z)).toBeLessThanOrEqual(0);
      expect(compareKeys(x, z)).toBeLessThanOrEqual(0);
      expect(compareKeys(a, b) === 0).toBe(a === b);
      expect(Math.sign(compareKeys(a, b))).toBe(-Math.sign(compareKeys(b, a)) + 0);
    }),
    { seed, numRuns: 5000 },
  );
});

const ranges = fc.record(
  { prefix: texts, from: texts, before: texts, reverse: fc.boolean(), limit: fc.nat({ max: 12 }) },
  { requiredKeys: [] },
);

/** What happens to keys between two listings: few changes, or many at once. */
const changes = fc.array(
  fc.oneof(
    { weight: 6, arbitrary: texts.map((key) => ({ kind: "set" as const, keys: [key] })) },
    { weight: 3, arbitrary: texts.map((key) => ({ kind: "delete" as const, keys: [key] })) },
    {
      weight: 1,
      arbitrary: fc.tuple(texts, fc.constantFrom(1, 40, 700, 1500)).map(([prefix, count]) => ({
        kind: "set" as const,
        keys: Array.from({ length: count }, (_, i) => `${prefix}${i}`),
      })),
    },
    { weight: 1, arbitrary: texts.map((prefix) => ({ kind: "delete all of" as const, keys: [prefix] })) },
    { weight: 12, arbitrary: ranges.map((range) => ({ kind: "list" as const, range })) },
  ),
  { maxLength: 60 },
);

describe("a range of a MemoryCache is the same range of a sorted array", () => {
  test("whatever was set and deleted before, and between", async () => {
    await fc.assert(
      fc.asyncProperty(changes, async (all) => {
        const cache = new MemoryCache();
        const present = new Set<string>();
        for (const change of all) {
          if (change.kind === "set") {
            for (const key of change.keys) await storeBlob(cache, key);
            for (const key of change.keys) present.add(key);
          } else if (change.kind === "delete") {
            for (const key of change.keys) expect(await cache.deleteBlob(key)).toBe(present.delete(key));
          } else if (change.kind === "delete all of") {
            for (const key of [...present].filter((key) => key.startsWith(change.keys[0]!))) {
              await cache.deleteBlob(key);
              present.delete(key);
            }
          } else {
            const { prefix = "", from = "", before, reverse, limit } = change.range;
            const expected = [...present]
              .sort(utf8)
              .filter((key) => key.startsWith(prefix) && utf8(key, from) >= 0)
              .filter((key) => before === undefined || utf8(key, before) < 0);
            if (reverse === true) expected.reverse();
            const found: string[] = [];
            for await (const key of cache.keys(change.range)) found.push(key);
            expect(found).toEqual(expected.slice(0, limit));
          }
        }
      }),
      { seed, numRuns: 80 },
    );
  });

  test("when many keys come between others, a few hundred at a time", async () => {
    const cache = new MemoryCache();
    const expected: string[] = [];
    for (let round = 0; round < 6; round++) {
      for (let i = 0; i < 400; i++) {
        const key = `${String(i * 10 + round).padStart(4, "0")}`;
        await storeBlob(cache, key, {}, 0);
        expected.push(key);
      }
      expected.sort();
      const found: string[] = [];
      for await (const key of cache.keys({ reverse: round % 2 === 1 })) found.push(key);
      expect(found).toEqual(round % 2 === 1 ? expected.toReversed() : expected);
    }
  });

  test("a limit that is no whole number of 0 or more is refused", async () => {
    for (const limit of [-1, 0.5, Number.NaN]) {
      await expect(new MemoryCache().keys({ limit }).next()).rejects.toThrow(RangeError);
    }
  });
});
