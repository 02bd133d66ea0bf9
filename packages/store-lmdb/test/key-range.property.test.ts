import type { KeyRange } from "@larder/core";
import { LmdbBackend } from "@larder/store-lmdb";
import * as fc from "fast-check";
import { expect, test } from "vitest";
import { keyBytes, plainKeyBytes } from "../src/entry-key.js";
import { sampleBlob, sampleBytes } from "./sample-blob.js";
import { cacheDirectory } from "./temporary-directory.js";

const seed = 20_261_127;
const long = "b".repeat(plainKeyBytes);

/** Short keys, and those at the length from which the index keeps only their beginning. */
const text = fc.oneof(
  fc.string({ unit: fc.constantFrom("a", "b", "c", "é", "\uffff", "🦔", "\ud800"), maxLength: 3 }),
  fc
    .tuple(
      fc.constantFrom(long, long.slice(1), `a${long}`),
      fc.string({ unit: fc.constantFrom("a", "c", "é"), maxLength: 3 }),
    )
    .map(([beginning, end]) => beginning + end),
);
const range: fc.Arbitrary<KeyRange> = fc.record(
  {
    prefix: text,
    from: text,
    before: text,
    reverse: fc.boolean(),
    limit: fc.integer({ min: 0, max: 6 }),
  },
  { requiredKeys: [] },
);

/** As the doc comments define it, on an array. */
function expected(keys: readonly string[], { prefix = "", from = "", before, reverse, limit }: KeyRange): string[] {
  const compare = (one: string, other: string) => Buffer.compare(keyBytes(one), keyBytes(other));
  const found = [...keys]
    .sort(compare)
    .filter((key) => keyBytes(key).subarray(0, keyBytes(prefix).byteLength).equals(keyBytes(prefix)))
    .filter((key) => compare(key, from) >= 0 && (before === undefined || compare(key, before) < 0));
  if (reverse) found.reverse();
  return found.slice(0, limit);
}

test("every range lists the keys that a sorted array has in it, outside and within a transaction", async () => {
  console.log(`seed ${seed}`);
  const blob = await sampleBlob(sampleBytes(10, 1));
  const sets = fc.uniqueArray(text, { minLength: 0, maxLength: 25 });
  await fc.assert(
    fc.asyncProperty(sets, sets, fc.array(range, { minLength: 20, maxLength: 20 }), async (stored, added, ranges) => {
      const backend = new LmdbBackend({ directory: cacheDirectory() });
      await Promise.all(stored.map((key) => backend.setBlob(key, blob)));
      for (const range of ranges) {
        const keys: string[] = [];
        for await (const key of backend.keys(range)) keys.push(key);
        expect(keys).toEqual(expected(stored, range));
      }
      const deleted = new Set(stored.filter((_, i) => i % 3 === 0));
      await backend.transaction((view) => {
        for (const key of deleted) view.delete(key);
        for (const key of added) view.set(key, blob);
        const now = [...new Set([...stored.filter((key) => !deleted.has(key)), ...added])];
        for (const range of ranges) expect([...view.keys(range)]).toEqual(expected(now, range));
      });
      await backend.close();
    }),
    { seed, numRuns: 25 },
  );
}, 60_000);

test("more keys than are read at a time are listed in either direction, each once", async () => {
  const backend = new LmdbBackend({ directory: cacheDirectory() });
  const blob = await sampleBlob(sampleBytes(10, 1));
  const keys = Array.from({ length: 1_300 }, (_, i) => `${String(i).padStart(4, "0")}${i % 4 === 0 ? long : ""}`);
  await Promise.all(keys.map((key) => backend.setBlob(key, blob)));
  for (const reverse of [false, true]) {
    const listed: string[] = [];
    for await (const key of backend.keys({ reverse, from: "0001", before: "1299" })) listed.push(key);
    const wanted = keys.slice(1, -1);
    expect(listed).toEqual(reverse ? wanted.toReversed() : wanted);
  }
  await expect(backend.keys({ limit: 1.5 }).next()).rejects.toThrow(RangeError);
  await backend.close();
});
