import assert from "node:assert/strict";
import { buffer } from "node:stream/consumers";
import fc from "fast-check";
import { expect, test } from "vitest";
import { Cache, MemoryCache } from "../../src/index.js";
import { fakeClock } from "./fake-clock.js";
import { listed } from "./listening-cache.js";

const seed = Number(process.env.LARDER_SEED ?? 20_263);

interface Remembered {
  readonly value: unknown;
  readonly expiresAt: number;
  readonly tags: readonly string[];
}

/** What the cache should hold, said with a Map. What has expired is not in it. */
interface Model {
  readonly entries: Map<string, Remembered>;
  now: number;
}

interface Real {
  readonly caches: readonly Cache[];
  readonly clock: ReturnType<typeof fakeClock>;
}

interface Options {
  readonly ms: number | undefined;
  readonly tags: readonly string[];
}

type Command = fc.AsyncCommand<Model, Real>;

function command<Args extends unknown[]>(
  name: string,
  args: { [Index in keyof Args]: fc.Arbitrary<Args[Index]> },
  run: (model: Model, cache: Cache, ...args: Args) => Promise<void>,
): fc.Arbitrary<Command> {
  return fc.tuple(fc.nat({ max: 1 }), fc.tuple(...args)).map(([which, given]) => ({
    check: () => true,
    run: (model, { caches }) => run(model, caches[which]!, ...(given as Args)),
    toString: () => `caches[${which}].${name}(${given.map((arg) => fc.stringify(arg)).join(", ")})`,
  }));
}

const keyNames = ["a", "a/b", "a/c", "b", "🦔", "__proto__"];
const tagNames = ["red", "green", "__proto__"];
const keys = fc.constantFrom(...keyNames);
const values = fc.oneof(fc.constantFrom<unknown>(undefined, null, 5, 7n, "", [1]), fc.uint8Array({ maxLength: 9 }));
const options: fc.Arbitrary<Options> = fc.record({
  ms: fc.option(fc.integer({ min: 1, max: 50 }), { nil: undefined }),
  tags: fc.subarray(tagNames),
});
const queries = fc
  .record(
    { allTags: fc.subarray(tagNames, { minLength: 1 }), anyTags: fc.subarray(tagNames, { minLength: 1 }) },
    { requiredKeys: [] },
  )
  .filter((query) => query.allTags !== undefined || query.anyTags !== undefined);

function remember(model: Model, key: string, value: unknown, { ms = Infinity, tags }: Options): void {
  model.entries.set(key, { value, expiresAt: model.now + ms, tags });
}

function setOptions({ ms, tags }: Options) {
  return { tags, ttlSeconds: ms && ms / 1000 };
}

/** What increment should do: the next number, or the code of the error. */
function next(before: Remembered | undefined, by: number | bigint): number | bigint | string {
  const value = before === undefined ? (typeof by === "bigint" ? 0n : 0) : before.value;
  if (typeof value !== typeof by) return "not-a-number";
  return typeof by === "bigint" ? (value as bigint) + by : (value as number) + by;
}

function matches(
  { allTags = [], anyTags }: { allTags?: readonly string[]; anyTags?: readonly string[] },
  tags: readonly string[],
) {
  return (
    allTags.every((tag) => tags.includes(tag)) && (anyTags === undefined || anyTags.some((tag) => tags.includes(tag)))
  );
}

function inOrder(keysOfModel: Iterable<string>): string[] {
  return [...keysOfModel].sort((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
}

const commands = [
  command("setMany", [fc.array(fc.tuple(keys, values)), options], async (model, cache, entries, given) => {
    for (const { stored } of await cache.setMany(entries, setOptions(given))) expect(stored).toBe(true);
    for (const [key, value] of entries) remember(model, key, value, given);
  }),
  command("getMany", [fc.array(keys)], async (model, cache, asked) => {
    const expected = [...new Set(asked)].filter((key) => model.entries.has(key));
    const found = await cache.getMany(asked);
    assert.deepStrictEqual(
      [...found],
      expected.map((key) => [key, model.entries.get(key)!.value]),
    );
  }),
  command("add", [keys, values, options], async (model, cache, key, value, given) => {
    const there = model.entries.has(key);
    expect((await cache.add(key, value, setOptions(given))).stored).toBe(!there);
    if (!there) remember(model, key, value, given);
  }),
  command("pop", [keys], async (model, cache, key) => {
    assert.deepStrictEqual(await cache.pop(key), model.entries.get(key)?.value);
    model.entries.delete(key);
  }),
  command("touch", [keys, options], async (model, cache, key, { ms }) => {
    const there = model.entries.get(key);
    expect(await cache.touch(key, { ttlSeconds: ms && ms / 1000 })).toBe(there !== undefined);
    if (there !== undefined) model.entries.set(key, { ...there, expiresAt: model.now + (ms ?? Infinity) });
  }),
  command(
    "increment",
    [keys, fc.constantFrom<number | bigint>(1, -3, 2n), options],
    async (model, cache, key, by, given) => {
      const before = model.entries.get(key);
      const expected = next(before, by);
      const stepping = cache.increment(key, by as number, setOptions(given)) as Promise<unknown>;
      if (typeof expected === "string") await expect(stepping).rejects.toMatchObject({ code: expected });
      else {
        expect(await stepping).toBe(expected);
        if (before === undefined) remember(model, key, expected, given);
        else model.entries.set(key, { ...before, value: expected });
      }
    },
  ),
  command("transaction: move", [keys, keys, fc.boolean()], async (model, cache, from, to, fails) => {
    const there = model.entries.get(from);
    const moving = cache.transaction((view) => {
      const moved = view.get(from);
      expect(view.has(from)).toBe(there !== undefined);
      view.delete(from);
      view.set(to, [moved]);
      assert.deepStrictEqual(view.get(to), [there?.value]);
      if (fails) throw new Error("undone");
    });
    if (fails) return expect(moving).rejects.toThrow("undone");
    await moving;
    model.entries.delete(from);
    remember(model, to, [there?.value], { ms: undefined, tags: [] });
  }),
  command(
    "writeStream",
    [keys, fc.array(fc.uint8Array({ maxLength: 5 })), options],
    async (model, cache, key, chunks, given) => {
      async function* source() {
        yield* chunks;
      }
      await cache.writeStream(key, source(), setOptions(given));
      remember(model, key, new Uint8Array(chunks.flatMap((chunk) => [...chunk])), given);
    },
  ),
  command("readStream", [keys], async (model, cache, key) => {
    const expected = model.entries.get(key)?.value;
    if (model.entries.has(key) && !(expected instanceof Uint8Array)) {
      return expect(cache.readStream(key)).rejects.toMatchObject({ code: "not-bytes" });
    }
    const stream = await cache.readStream(key);
    assert.deepStrictEqual(stream && new Uint8Array(await buffer(stream)), expected);
  }),
  command("evict", [queries], async (model, cache, query) => {
    const matching = inOrder([...model.entries].filter(([, { tags }]) => matches(query, tags)).map(([key]) => key));
    // Those of expired entries may be among them.
    expect((await listed(cache.taggedKeys(query))).filter((key) => model.entries.has(key))).toEqual(matching);
    expect(await cache.evict(query)).toBeGreaterThanOrEqual(matching.length);
    for (const key of matching) model.entries.delete(key);
    expect(await listed(cache.taggedKeys(query))).toEqual([]);
  }),
  command(
    "entries",
    [fc.record({ prefix: fc.constantFrom("", "a", "a/"), reverse: fc.boolean(), limit: fc.nat({ max: 4 }) })],
    async (model, cache, range) => {
      const matching = inOrder(model.entries.keys()).filter((key) => key.startsWith(range.prefix));
      const expected = (range.reverse ? matching.reverse() : matching).slice(0, range.limit);
      const found: [string, unknown][] = [];
      for await (const [key, entry] of cache.entries(range)) found.push([key, await entry.value()]);
      assert.deepStrictEqual(
        found,
        expected.map((key) => [key, model.entries.get(key)!.value]),
      );
    },
  ),
  command("clear", [fc.nat({ max: 5 })], async (model, cache, dice) => {
    if (dice > 0) return;
    await cache.clear();
    model.entries.clear();
  }),
  fc.integer({ min: 1, max: 40 }).map(
    (ms): Command => ({
      check: () => true,
      toString: () => `${ms} ms pass`,
      async run(model, { clock }) {
        clock.advance(ms);
        model.now += ms;
        for (const [key, { expiresAt }] of model.entries) if (expiresAt <= model.now) model.entries.delete(key);
      },
    }),
  ),
];

test("whatever is added, popped, touched, counted, moved, streamed and evicted, two caches on one backend answer as a Map would", async () => {
  await fc.assert(
    fc.asyncProperty(fc.commands(commands, { maxCommands: 100, size: "max" }), async (run) => {
      await fc.asyncModelRun(() => {
        const clock = fakeClock();
        const backend = new MemoryCache({ clock });
        const caches = [new Cache({ backend, clock }), new Cache({ backend, clock })];
        return { model: { entries: new Map(), now: clock.now() }, real: { caches, clock } };
      }, run);
    }),
    { seed, numRuns: 120 },
  );
});
