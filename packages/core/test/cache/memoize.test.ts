import { describe, expect, expectTypeOf, test } from "vitest";
import { Cache, type CacheEvent, MemoryCache, UndigestableValueError } from "../../src/index.js";
import { fakeClock } from "./fake-clock.js";

function setUp() {
  const events: CacheEvent[] = [];
  const clock = fakeClock();
  const backend = new MemoryCache();
  const calls: unknown[][] = [];
  const cache = new Cache({ backend, clock, onEvent: (event) => events.push(event) });
  const add = (a: { n: number }, b: number) => {
    calls.push([a, b]);
    return { sum: a.n + b };
  };
  return { backend, cache, clock, events, calls, add };
}

describe("a memoised function", () => {
  test("runs once for equal arguments", async () => {
    const { cache, add, calls } = setUp();
    const memoized = cache.memoize(add, { name: "add" });
    expectTypeOf(memoized).parameters.toEqualTypeOf<[{ n: number }, number]>();
    expectTypeOf(memoized).returns.toEqualTypeOf<Promise<{ sum: number }>>();
    expect(await memoized({ n: 1 }, 2)).toEqual({ sum: 3 });
    expect(await memoized({ n: 1 }, 2)).toEqual({ sum: 3 });
    expect(await memoized({ n: 2 }, 1)).toEqual({ sum: 3 });
    expect(calls).toEqual([
      [{ n: 1 }, 2],
      [{ n: 2 }, 1],
    ]);
  });

  test("keeps what an asynchronous function resolves to", async () => {
    const { cache } = setUp();
    const memoized = cache.memoize(async (n: number) => n * 2, { name: "double" });
    expectTypeOf(memoized).returns.toEqualTypeOf<Promise<number>>();
    expect([await memoized(2), await memoized(2)]).toEqual([4, 4]);
  });

  test("finds nothing of another name, another version, or other arguments", async () => {
    const { cache, add, calls } = setUp();
    const variants = [
      cache.memoize(add, { name: "add" }),
      cache.memoize(add, { name: "sum" }),
      cache.memoize(add, { name: "add", version: 1 }),
      cache.memoize(add, { name: "add", version: "1" }),
      cache.memoize(add, { name: "add", version: "2" }),
    ];
    for (const memoized of variants) await memoized({ n: 1 }, 2);
    expect(calls.length).toBe(5);
    const [first] = variants;
    await first!({ n: 1 }, -2);
    await (first as unknown as (...args: unknown[]) => Promise<unknown>)({ n: 1 }, 2, undefined);
    expect(calls.length).toBe(7);
    expect(new Set(variants.map((memoized) => memoized.key({ n: 1 }, 2))).size).toBe(5);
  });

  test("has a key by which its results can be deleted", async () => {
    const { cache, add, calls } = setUp();
    const memoized = cache.memoize(add, { name: "add" });
    await memoized({ n: 1 }, 2);
    expect(memoized.key({ n: 1 }, 2)).toMatch(/^memo\/add:/);
    expect(await cache.delete(memoized.key({ n: 1 }, 2))).toBe(true);
    await memoized({ n: 1 }, 2);
    expect(calls.length).toBe(2);
  });

  test("passes on its time to live and its tags", async () => {
    const { cache, clock, add, calls } = setUp();
    const memoized = cache.memoize(add, { name: "add", ttlSeconds: 5, tags: ["sums"] });
    await memoized({ n: 1 }, 2);
    expect((await cache.entry(memoized.key({ n: 1 }, 2)))!.record).toMatchObject({
      tags: ["sums"],
      origin: "memo/add",
    });
    clock.advance(5000);
    await memoized({ n: 1 }, 2);
    expect(calls.length).toBe(2);
  });

  test("is not cached for arguments without a digest, with a warning that says where", async () => {
    const { cache, events } = setUp();
    let computed = 0;
    const memoized = cache.memoize((options: { run: () => number }) => options.run() + computed++, { name: "run" });
    expect(await memoized({ run: () => 1 })).toBe(1);
    expect(await memoized({ run: () => 1 })).toBe(2);
    expect(events.length).toBe(2);
    expect(events[0]).toMatchObject({ code: "undigestable-arguments", message: expect.stringContaining("run") });
    expect(() => memoized.key({ run: () => 1 })).toThrow(UndigestableValueError);
  });

  test("with an error stores nothing", async () => {
    const { cache } = setUp();
    let computed = 0;
    const memoized = cache.memoize(
      () => {
        if (computed++ === 0) throw new Error("first time");
        return computed;
      },
      { name: "f" },
    );
    await expect(memoized()).rejects.toThrow("first time");
    expect(await memoized()).toBe(2);
    expect(await memoized()).toBe(2);
  });

  test("of a bad name is refused when it is made", () => {
    const { cache, add } = setUp();
    for (const name of ["", "a b", "a:b", undefined]) {
      expect(() => cache.memoize(add, { name: name as string })).toThrow(/not valid/);
    }
  });
});
