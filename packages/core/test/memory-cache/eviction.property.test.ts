import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { EvictionModel } from "../../src/conformance/eviction-model.js";
import { type CacheEvent, type EvictionPolicy, evictionPolicies, MemoryCache } from "../../src/index.js";
import { recordOfZeros, storeBlob } from "./store-blob.js";

const seed = Number(process.env.LARDER_SEED ?? 20_262);

/** What a blob of these tests takes up: 256 bytes, 100 of its own, and a key of one letter. */
const unitBytes = 256 + 100 + 1;
const capacity = 5;

interface Model {
  readonly eviction: EvictionModel;
}

interface Real {
  readonly cache: MemoryCache;
  readonly events: CacheEvent[];
}

type Command = fc.AsyncCommand<Model, Real>;

/** Does the same on both, and looks whether the same keys are left, and whether each that went was told of. */
function command(name: string, run: (model: Model, real: Real) => Promise<void>): Command {
  return {
    check: () => true,
    toString: () => name,
    async run(model, real) {
      const before = model.eviction.keys;
      await run(model, real);
      const keys: string[] = [];
      for await (const key of real.cache.keys()) keys.push(key);
      expect(keys).toEqual(model.eviction.keys);
      const { entries, sizeBytes, reservedBytes } = await real.cache.volume();
      expect({ entries, sizeBytes, reservedBytes }).toEqual({
        entries: keys.length,
        sizeBytes: keys.length * unitBytes,
        reservedBytes: 0,
      });
      expect(sizeBytes).toBeLessThanOrEqual(capacity * unitBytes);
      const told = real.events.splice(0).map((event) => (event.type === "evict" ? event.key : "?"));
      for (const key of told) expect(before).toContain(key);
      expect(keys.filter((key) => told.includes(key))).toEqual([]);
    },
  };
}

const keys = fc.constantFrom(..."abcdefghij");
const costs = fc.integer({ min: 0, max: 5 });
/** Most blobs have none. */
const priorities = fc.constantFrom(0, 0, 0, 1, 2, 100);

const commands = [
  fc.tuple(keys, costs, priorities).map(([key, costSeconds, priority]) =>
    command(`set ${key} (${costSeconds}, priority ${priority})`, async ({ eviction }, { cache }) => {
      await storeBlob(cache, key, { costSeconds, priority });
      eviction.set(key, costSeconds, priority);
    }),
  ),
  keys.map((key) =>
    command(`read ${key}`, async ({ eviction }, { cache }) => {
      expect((await cache.getBlob(key)) !== undefined).toBe(eviction.read(key));
    }),
  ),
  fc.tuple(keys, priorities).map(([key, priority]) =>
    command(`transaction: priority ${priority} for ${key}`, async ({ eviction }, { cache }) => {
      const given = cache.transaction((view) => {
        const record = view.record(key);
        return record !== undefined && view.setRecord(key, { ...record, priority });
      });
      expect(await given).toBe(eviction.prioritise(key, priority));
    }),
  ),
  keys.map((key) =>
    command(`delete ${key}`, async ({ eviction }, { cache }) => {
      expect(await cache.deleteBlob(key)).toBe(eviction.delete(key));
    }),
  ),
  fc.integer({ min: 0, max: capacity }).map((count) =>
    command(`cull to ${count}`, async ({ eviction }, { cache }) => {
      const before = eviction.keys.length;
      eviction.cull(count);
      expect(await cache.cull(count * unitBytes)).toBe(before - eviction.keys.length);
    }),
  ),
  fc.tuple(keys, keys, costs, fc.boolean()).map(([deleted, set, costSeconds, fails]) =>
    command(
      `transaction: delete ${deleted}, set ${set} (${costSeconds})${fails ? ", throw" : ""}`,
      async (model, real) => {
        const record = recordOfZeros({ costSeconds });
        const running = real.cache.transaction((view) => {
          view.delete(deleted);
          view.set(set, { record, bytes: new Uint8Array(100) });
          if (fails) throw new Error("on purpose");
        });
        if (fails) return expect(running).rejects.toThrow("on purpose");
        await running;
        model.eviction.delete(deleted);
        // Room is made when the body has returned, and not at the cost of what it stored.
        model.eviction.store(set, costSeconds);
        model.eviction.cull(capacity, set);
      },
    ),
  ),
  keys.map((key) =>
    command(`transaction: set ${key} and more than fits`, async (_, { cache }) => {
      const running = cache.transaction((view) => {
        view.set(key, { record: recordOfZeros(), bytes: new Uint8Array(100) });
        view.set("z", { record: recordOfZeros({}, 10_000), bytes: new Uint8Array(10_000) });
      });
      await expect(running).rejects.toThrow(expect.objectContaining({ code: "cache-full" }));
    }),
  ),
];

describe("what a MemoryCache evicts is what a look at every entry says", () => {
  const policies = evictionPolicies.filter((policy) => policy !== "none");
  test.each(policies)("with the policy %s", async (evictionPolicy: EvictionPolicy) => {
    await fc.assert(
      fc.asyncProperty(fc.commands(commands, { maxCommands: 100, size: "max" }), async (run) => {
        await fc.asyncModelRun(() => {
          const events: CacheEvent[] = [];
          const cache = new MemoryCache({
            sizeLimitBytes: capacity * unitBytes + 200,
            evictionPolicy,
            onEvent: (event) => events.push(event),
          });
          const eviction = new EvictionModel(evictionPolicy, { capacity, sizeBytes: unitBytes });
          return { model: { eviction }, real: { cache, events } };
        }, run);
      }),
      { seed, numRuns: 60 },
    );
  });
});
