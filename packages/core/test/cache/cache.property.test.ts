import assert from "node:assert/strict";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { Cache, type CacheBackend, MemoryCache } from "../../src/index.js";
import { simpleBackend } from "../conformance/simple-backend.js";
import { fakeClock } from "./fake-clock.js";

const seed = Number(process.env.LARDER_SEED ?? 20_261);

interface Remembered {
  readonly value: unknown;
  readonly storedAt: number;
  readonly lifetime: number | undefined;
}

/** What the cache should do, said with a Map. */
interface Model {
  readonly entries: Map<string, Remembered>;
  now: number;
}

interface Real {
  readonly caches: readonly Cache[];
  readonly clock: ReturnType<typeof fakeClock>;
}

function lookUp(model: Model, key: string, maxAge?: number): Remembered | undefined {
  const entry = model.entries.get(key);
  if (entry === undefined) return undefined;
  const age = model.now - entry.storedAt;
  for (const limit of [entry.lifetime, maxAge]) if (limit !== undefined && !(age >= 0 && age < limit)) return undefined;
  return entry;
}

type Command = fc.AsyncCommand<Model, Real>;

function command(name: string, run: (model: Model, real: Real) => Promise<void>): Command {
  return { check: () => true, run, toString: () => name };
}

const which = fc.nat({ max: 1 });
const keys = fc.constantFrom("a", "A", "a/b", "🦔", "__proto__", "x".repeat(3000));
const lifetimes = fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined });
const values = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, -0, Number.NaN, "", [], {}),
  fc.jsonValue(),
  fc.uint8Array({ maxLength: 200 }),
  fc.integer({ min: 60_000, max: 70_000 }).map((length) => new Uint8Array(length).fill(length % 251)),
);

const commands = [
  fc.tuple(which, keys, values, lifetimes).map(([i, key, value, ms]) =>
    command(`cache ${i}: set ${key.slice(0, 9)} for ${ms} ms`, async (model, { caches }) => {
      const outcome = await caches[i]!.set(key, value, { ttlSeconds: ms && ms / 1000 });
      expect(outcome.stored).toBe(true);
      model.entries.set(key, { value, storedAt: model.now, lifetime: ms });
    }),
  ),
  fc.tuple(which, keys).map(([i, key]) =>
    command(`cache ${i}: set ${key.slice(0, 9)} to a function`, async (model, { caches }) => {
      expect((await caches[i]!.set(key, () => 1)).stored).toBe(false);
      model.entries.delete(key);
    }),
  ),
  fc.tuple(which, keys).map(([i, key]) =>
    command(`cache ${i}: get ${key.slice(0, 9)}`, async (model, { caches }) => {
      const expected = lookUp(model, key);
      assert.deepStrictEqual(await caches[i]!.get(key), expected?.value);
      expect(await caches[i]!.has(key)).toBe(expected !== undefined);
      const entry = await caches[i]!.entry(key);
      expect(entry === undefined).toBe(expected === undefined);
      if (entry !== undefined) assert.deepStrictEqual(await entry.value(), expected?.value);
    }),
  ),
  fc.tuple(which, keys, values, lifetimes).map(([i, key, value, ms]) =>
    command(`cache ${i}: getOrSet ${key.slice(0, 9)} for ${ms} ms`, async (model, { caches }) => {
      const expected = lookUp(model, key, ms);
      let computed = 0;
      const compute = () => {
        computed++;
        return value;
      };
      const options = { ttlSeconds: ms && ms / 1000 };
      const got = await Promise.all([1, 2, 3].map(() => caches[i]!.getOrSet(key, compute, options)));
      for (const each of got) assert.deepStrictEqual(each, expected === undefined ? value : expected.value);
      expect(computed).toBe(expected === undefined ? 1 : 0);
      if (expected === undefined) model.entries.set(key, { value, storedAt: model.now, lifetime: ms });
    }),
  ),
  fc.tuple(which, keys).map(([i, key]) =>
    command(`cache ${i}: delete ${key.slice(0, 9)}`, async (model, { caches }) => {
      expect(await caches[i]!.delete(key)).toBe(model.entries.delete(key));
    }),
  ),
  fc.integer({ min: 1, max: 40 }).map((ms) =>
    command(`${ms} ms pass`, async (model, { clock }) => {
      clock.advance(ms);
      model.now += ms;
    }),
  ),
  // Forward only: what a clock set back brings depends on which cache has seen what; see clock.test.ts.
  fc.integer({ min: 1, max: 40 }).map((ms) =>
    command(`the clock jumps by ${ms} ms`, async (model, { clock }) => {
      clock.jump(ms);
      model.now += ms;
    }),
  ),
];

describe("whatever is done, two caches on one backend answer as a Map with times would", () => {
  test.each<[string, () => CacheBackend]>([
    ["in memory", () => new MemoryCache()],
    ["that can't delete and checks nothing", () => simpleBackend(() => ({ supports: {} }))],
  ])("on a backend %s", async (_, make) => {
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 80, size: "max" }), async (run) => {
        const start = 1_000_000;
        await fc.asyncModelRun(() => {
          const clock = fakeClock(start);
          const backend = make();
          const caches = [new Cache({ backend, clock }), new Cache({ backend, clock })];
          return { model: { entries: new Map(), now: start }, real: { caches, clock } };
        }, run);
      }),
      { seed, numRuns: 200 },
    );
  });
});
