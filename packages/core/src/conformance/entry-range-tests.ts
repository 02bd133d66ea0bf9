import assert from "node:assert/strict";
import type { KeyRange } from "../capabilities/index.js";
import type { Ground } from "./ground.js";
import { byUtf8, inRange, listed, listedIn } from "./listed.js";
import { sampleBytes } from "./sample-blobs.js";
import type { TestDefinition } from "./test-definition.js";

/** For backends that list: parts of the list. */
export const entryRangeTests: readonly TestDefinition[] = [
  {
    name: "keys() with from and before lists the keys between, the first bound included",
    brief: true,
    capability: "entryIndex",
    async run(ground) {
      const suffixes = ["a", "b", "b/c", "ba", "c", "é", "\ufffd", "🦔"];
      for (const suffix of suffixes) await ground.put(suffix, sampleBytes(3));
      for (const from of ["", "a", "aa", "b", "b/", "c", "d", "\ufffd", "🦔"]) {
        for (const before of ["a", "b", "b/c", "b0", "é", "\uffff", "🦔"]) {
          await expectRange(ground, suffixes, { from, before });
        }
      }
    },
  },
  {
    name: "keys() in reverse lists the keys of a range in descending order",
    brief: true,
    capability: "entryIndex",
    async run(ground) {
      const suffixes = ["a", "a/1", "a/2", "b", "B", "\ufffd", "🦔"];
      for (const suffix of suffixes) await ground.put(suffix, sampleBytes(3));
      const all = await listedIn(ground, { prefix: ground.prefix, reverse: true });
      assert.deepEqual(all, byUtf8(suffixes).reverse());
      await expectPrefix(ground, suffixes, { prefix: "a", reverse: true });
      await expectPrefix(ground, suffixes, { prefix: "a/", reverse: true });
      await expectPrefix(ground, suffixes, { prefix: "🦔", reverse: true });
      await expectPrefix(ground, suffixes, { prefix: "nothing", reverse: true });
      await expectRange(ground, suffixes, { from: "a", before: "b", reverse: true });
      await expectRange(ground, suffixes, { from: "a/1", before: "\ufffe", reverse: true });
    },
  },
  {
    name: "keys() with a limit lists so many from the beginning of the range, and none with 0",
    brief: true,
    capability: "entryIndex",
    async run(ground) {
      const suffixes = Array.from({ length: 9 }, (_, i) => `n${i}`);
      for (const suffix of suffixes) await ground.put(suffix, sampleBytes(3));
      for (const reverse of [false, true]) {
        for (const limit of [0, 1, 2, 8, 9, 10, 1000]) {
          await expectPrefix(ground, suffixes, { prefix: "n", limit, reverse });
          await expectRange(ground, suffixes, { from: "n2", before: "n7", limit, reverse });
        }
      }
    },
  },
  {
    name: "bounds of a range that are given together all hold",
    capability: "entryIndex",
    async run(ground) {
      const suffixes = ["a", "b", "b/1", "b/2", "b/3", "b0", "c"];
      for (const suffix of suffixes) await ground.put(suffix, sampleBytes(3));
      for (const prefix of ["", "b", "b/"]) {
        for (const from of ["a", "b/2", "b/9", "c"]) {
          for (const before of ["a", "b", "b/3", "b/9", "d"]) {
            for (const reverse of [false, true]) {
              for (const limit of [1, 2, undefined]) {
                const range = { from, before, reverse, ...(limit !== undefined && { limit }) };
                await expectPrefix(ground, suffixes, { prefix, ...range });
              }
            }
          }
        }
      }
    },
  },
  {
    name: "long keys stand in their place in a range",
    capability: "entryIndex",
    async run(ground) {
      const long = "long/".repeat(800);
      const suffixes = [`${long}a`, `${long}b`, `${long}c`, `${long}ba`, long, `${long}${long}`, "long", "m", "k"];
      for (const suffix of suffixes) await ground.put(suffix, sampleBytes(3));
      for (const reverse of [false, true]) {
        for (const limit of [2, 100]) {
          await expectRange(ground, suffixes, { from: `${long}b`, before: "n", reverse, limit });
          await expectRange(ground, suffixes, { from: "k", before: `${long}b`, reverse, limit });
          await expectRange(ground, suffixes, { from: `${long}a`, before: `${long}bb`, reverse, limit });
          await expectPrefix(ground, suffixes, { prefix: long, reverse, limit });
          await expectPrefix(ground, suffixes, { prefix: `${long}b`, reverse, limit });
        }
      }
    },
  },
  {
    name: "a long list is whole in both directions, and a listing may be left early",
    capability: "entryIndex",
    async run(ground) {
      const suffixes = Array.from({ length: 1200 }, (_, i) => `many ${i}`);
      await Promise.all(suffixes.map((suffix) => ground.put(suffix, sampleBytes(3))));
      const expected = byUtf8(suffixes);
      assert.deepEqual(await listed(ground, "many "), expected);
      const reversed = await listedIn(ground, { prefix: ground.prefix, reverse: true });
      assert.deepEqual(reversed, expected.toReversed());
      for await (const key of ground.index().keys({ prefix: ground.prefix })) {
        assert.equal(key, ground.key(expected[0]!));
        break;
      }
      assert.deepEqual(await listedIn(ground, { prefix: ground.prefix, limit: 1 }), expected.slice(0, 1));
    },
  },
];

/** A range between two keys of the test. Its bounds are given without the prefix of the test. */
async function expectRange(
  ground: Ground,
  suffixes: readonly string[],
  range: KeyRange & { readonly from: string; readonly before: string },
): Promise<void> {
  const bounds = { ...range, from: ground.prefix + range.from, before: ground.prefix + range.before };
  assert.deepEqual(await listedIn(ground, bounds), inRange(suffixes, range), shown(range));
}

/** A range by a prefix, with or without other bounds. All are given without the prefix of the test. */
async function expectPrefix(
  ground: Ground,
  suffixes: readonly string[],
  range: KeyRange & { readonly prefix: string },
): Promise<void> {
  const { from, before } = range;
  const bounds = {
    ...range,
    prefix: ground.prefix + range.prefix,
    ...(from !== undefined && { from: ground.prefix + from }),
    ...(before !== undefined && { before: ground.prefix + before }),
  };
  assert.deepEqual(await listedIn(ground, bounds), inRange(suffixes, range), shown(range));
}

function shown(range: KeyRange): string {
  const short = (text: unknown) => (typeof text === "string" && text.length > 40 ? `${text.slice(0, 40)}…` : text);
  return `the keys of the range ${JSON.stringify(range, (_, value) => short(value))}`;
}
