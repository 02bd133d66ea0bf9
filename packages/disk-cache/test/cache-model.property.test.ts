import assert from "node:assert/strict";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { buffer } from "node:stream/consumers";
import { Cache, type CacheEvent, type Clock, LarderError, MemoryCache } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";
import fc from "fast-check";
import { afterAll, expect, test } from "vitest";

const seed = Number(process.env.LARDER_SEED ?? 20_264);

const parent = mkdtempSync(join(tmpdir(), "larder-cache-model-"));
afterAll(() => rmSync(parent, { recursive: true, force: true }));

/** One thing done with a cache; its answer is what two caches are compared by. */
interface Step {
  readonly name: string;
  run(cache: Cache): Promise<unknown>;
}

function step<Args extends unknown[]>(
  name: string,
  args: { [Index in keyof Args]: fc.Arbitrary<Args[Index]> },
  run: (cache: Cache, ...args: Args) => Promise<unknown>,
): fc.Arbitrary<Step> {
  return fc.tuple(...args).map((given) => ({
    name: `${name}(${given.map((arg) => fc.stringify(arg)).join(", ")})`,
    run: (cache) => run(cache, ...(given as Args)),
  }));
}

async function listed<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const tags = ["red", "green", "__proto__"];
const keys = fc.constantFrom("a", "a/b", "a/c", "b", "🦔", "__proto__", `a/${"x".repeat(3000)}`);
const values = fc.oneof(
  fc.constantFrom<unknown>(undefined, null, 5, 7n, -0, "", [1]),
  fc.uint8Array({ maxLength: 9 }),
  fc.integer({ min: 65_000, max: 140_000 }).map((length) => new Uint8Array(length).fill(length % 251)), // in a file
);
const options = fc
  .record({ ms: fc.option(fc.integer({ min: 1, max: 50 })), tags: fc.subarray(tags) })
  .map(({ ms, tags }) => ({
    tags,
    ttlSeconds: ms === null ? undefined : ms / 1000,
  }));
const queries = fc.oneof(
  fc.record({ allTags: fc.subarray(tags, { minLength: 1 }) }),
  fc.record({ allTags: fc.subarray(tags, { minLength: 1 }), anyTags: fc.subarray(tags, { minLength: 1 }) }),
  fc.record({ anyTags: fc.subarray(tags, { minLength: 1 }) }),
);
const ranges = fc.record({
  prefix: fc.constantFrom("", "a", "a/"),
  from: fc.constantFrom("", "a/b", "b"),
  reverse: fc.boolean(),
  limit: fc.nat({ max: 4 }),
});

const steps = [
  step("setMany", [fc.array(fc.tuple(keys, values), { maxLength: 4 }), options], async (cache, entries, given) =>
    (await cache.setMany(entries, given)).map(({ stored }) => stored),
  ),
  step("getMany", [fc.array(keys)], async (cache, asked) => [...(await cache.getMany(asked))]),
  step("add", [keys, values, options], async (cache, key, value, given) => (await cache.add(key, value, given)).stored),
  step("pop", [keys], (cache, key) => cache.pop(key)),
  step("touch", [keys, options], (cache, key, { ttlSeconds }) => cache.touch(key, { ttlSeconds })),
  step("increment", [keys, fc.constantFrom<number | bigint>(1, -3, 2n), options], (cache, key, by, given) =>
    cache.increment(key, by as number, given),
  ),
  step("transaction", [keys, keys, fc.boolean()], (cache, from, to, fails) =>
    cache.transaction((view) => {
      const moved = view.get(from);
      const found = [view.has(from), view.record(from)?.tags];
      if (moved !== undefined) view.set(to, moved, { tags: ["red"] });
      view.touch(to, { ttlSeconds: 0.02 });
      if (from !== to) view.delete(from);
      if (fails) throw new LarderError("undone", { code: "undone" });
      return [found, view.get(to), view.has(from)];
    }),
  ),
  step(
    "writeStream",
    [keys, fc.array(fc.uint8Array({ maxLength: 5 })), fc.nat({ max: 80_000 }), options],
    async (cache, key, chunks, more, given) => {
      async function* source() {
        yield* chunks;
        yield new Uint8Array(more).fill(more % 251);
      }
      const { createdAt, ...record } = await cache.writeStream(key, source(), given);
      return record;
    },
  ),
  step("readStream", [keys], async (cache, key) => {
    const stream = await cache.readStream(key);
    return stream && buffer(stream);
  }),
  step("getOrSet", [keys, values, options], (cache, key, value, given) => cache.getOrSet(key, () => value, given)),
  step("evict", [queries], async (cache, query) => {
    await cache.evict(query); // how many there were depends on which of those expired were there still
    return listed(cache.taggedKeys(query));
  }),
  step("entries", [ranges], async (cache, range) => {
    const found: unknown[] = [];
    for await (const [key, entry] of cache.entries(range)) found.push([key, entry.record, await entry.value()]);
    return found;
  }),
  step("delete", [keys], async (cache, key) => {
    await cache.delete(key);
    return cache.has(key);
  }),
  step("clear", [fc.nat({ max: 9 })], async (cache, dice) => (dice === 0 ? cache.clear() : undefined)),
];

const passing = fc.integer({ min: 1, max: 40 }).map((ms) => ms);

/** What came of a step; of an error, its code. */
async function outcome({ run }: Step, cache: Cache): Promise<unknown> {
  try {
    return { value: await run(cache) };
  } catch (error) {
    return { code: (error as LarderError).code };
  }
}

test("whatever is done with it, a cache on disk answers as one in memory does", async () => {
  let runs = 0;
  const property = fc.asyncProperty(
    fc.array(fc.oneof({ weight: 6, arbitrary: fc.oneof(...steps) }, { weight: 1, arbitrary: passing }), {
      maxLength: 40,
      size: "max",
    }),
    async (done) => {
      let now = 1_700_000_000_000;
      const clock: Clock = { now: () => now, monotonic: () => now };
      const warnings: CacheEvent[] = [];
      const onEvent = (event: CacheEvent) => void (event.type === "warning" && warnings.push(event));
      const disk = new DiskCache({ directory: join(parent, String(runs++)), onEvent });
      // Two on one directory, in turn: neither may know more than what is stored.
      const onDisk = [0, 1].map(() => new Cache({ backend: disk, clock, onEvent }));
      const memory = new MemoryCache({ clock });
      const inMemory = [0, 1].map(() => new Cache({ backend: memory, clock, onEvent }));
      try {
        for (const [i, each] of done.entries()) {
          if (typeof each === "number") now += each;
          else
            assert.deepStrictEqual(
              await outcome(each, onDisk[i % 2]!),
              await outcome(each, inMemory[i % 2]!),
              each.name,
            );
        }
        for (const [key, entry] of await listed(inMemory[0]!.entries()))
          expect(await onDisk[0]!.get(key)).toEqual(await entry.value());
        expect(warnings).toEqual([]);
        expect((await disk.check()).problems).toEqual([]);
      } finally {
        await onDisk[0]!.close();
      }
    },
  );
  await fc.assert(property, { seed, numRuns: process.env.LARDER_FAULTS_LONG === "1" ? 500 : 20 });
}, 600_000);
