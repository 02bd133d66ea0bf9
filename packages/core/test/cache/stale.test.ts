import { describe, expect, test } from "vitest";
import { Cache, type CacheEvent, type GetOrSetOptions, MemoryCache } from "../../src/index.js";
import { backendWith } from "./backend-with.js";
import { deferred, settled, until } from "./deferred.js";
import { fakeClock } from "./fake-clock.js";

const minute: GetOrSetOptions = { ttlSeconds: 60, staleSeconds: 600 };

function setUp(backend = new MemoryCache()) {
  const events: CacheEvent[] = [];
  const clock = fakeClock();
  const cache = new Cache({ backend, clock, onEvent: (event) => events.push(event) });
  const other = new Cache({ backend, clock });
  const told = (type: CacheEvent["type"]) => events.filter((event) => event.type === type);
  return { cache, other, clock, events, told };
}

const failing = () => Promise.reject(new Error("no luck"));

describe("staleSeconds", () => {
  test("stands in the record as the time until which the value is kept", async () => {
    const { cache, clock } = setUp();
    await cache.set("k", 1, { ttlSeconds: 60, staleSeconds: 600, pinned: true });
    const now = clock.now();
    expect((await cache.entry("k"))!.record).toMatchObject({
      expiresAt: now + 60_000,
      keepUntil: now + 660_000,
      pinned: true,
    });
  });

  test("alone makes nothing a hit", async () => {
    const { cache, clock } = setUp();
    await cache.set("k", "old", minute);
    clock.advance(60_000);
    expect(await cache.get("k")).toBeUndefined();
    expect(await cache.has("k")).toBe(false);
    expect(await cache.getOrSet("k", () => "new", minute)).toBe("new");
  });
});

describe("staleWhileRevalidate", () => {
  const options: GetOrSetOptions = { ...minute, staleWhileRevalidate: true };

  test("returns a value whose time is over at once, and computes the next one in the background", async () => {
    const { cache, clock, told } = setUp();
    await cache.set("k", "old", minute);
    clock.advance(60_000);
    const work = deferred<string>();
    let runs = 0;
    const compute = () => {
      runs++;
      return work.promise;
    };
    expect(await cache.getOrSet("k", compute, options)).toBe("old");
    expect(await cache.getOrSet("k", compute, options)).toBe("old");
    await until(() => runs > 0);
    expect(told("hit").map((event) => event.type === "hit" && event.stale)).toEqual([true, true]);
    expect(told("miss")).toEqual([]);
    work.resolve("new");
    await until(async () => (await cache.getOrSet("k", compute, options)) === "new");
    expect(runs).toBe(1);
    expect(told("refresh")).toEqual([{ type: "refresh", key: "k", reason: "stale" }]);
  });

  test("lets one of several caches compute", async () => {
    const { cache, other, clock } = setUp();
    await cache.set("k", "old", minute);
    clock.advance(60_000);
    const work = deferred<string>();
    let runs = 0;
    const compute = () => {
      runs++;
      return work.promise;
    };
    for (let round = 0; round < 5; round++) {
      expect(await cache.getOrSet("k", compute, options)).toBe("old");
      expect(await other.getOrSet("k", compute, options)).toBe("old");
      await settled();
    }
    work.resolve("new");
    await until(async () => (await other.getOrSet("k", compute, options)) === "new");
    expect(runs).toBe(1);
  });

  test("returns nothing that is past the time it was kept for, and nothing older than the limit", async () => {
    const { cache, clock } = setUp();
    await cache.set("k", "old", minute);
    clock.advance(660_000 - 1);
    const limited: GetOrSetOptions = { ...minute, staleWhileRevalidate: { maxStaleSeconds: 599 } };
    expect(await cache.getOrSet("k", () => "new", limited)).toBe("new");
    await cache.set("k", "old", minute);
    clock.advance(660_000);
    expect(await cache.getOrSet("k", () => "new", options)).toBe("new");
  });

  test("goes by the caller's own times where they are shorter", async () => {
    const { cache, clock } = setUp();
    for (const key of ["a", "b"]) await cache.set(key, "old", { ttlSeconds: 6000 });
    const short: GetOrSetOptions = { ttlSeconds: 60, staleSeconds: 60, staleWhileRevalidate: true };
    clock.advance(120_000 - 1);
    expect(await cache.getOrSet("a", () => "new", short)).toBe("old");
    clock.advance(1);
    expect(await cache.getOrSet("b", () => "new", short)).toBe("new");
  });

  test("that fails is a warning, and the value stays", async () => {
    const { cache, clock, told } = setUp();
    await cache.set("k", "old", minute);
    clock.advance(60_000);
    expect(await cache.getOrSet("k", failing, options)).toBe("old");
    await until(() => told("warning").length > 0);
    expect(told("warning")[0]).toMatchObject({ code: "background-compute-failed", key: "k" });
    expect(await cache.getOrSet("k", failing, options)).toBe("old");
  });

  test("makes who accepts nothing stale wait for the value computed in the background", async () => {
    const { cache, clock } = setUp();
    await cache.set("k", "old", minute);
    clock.advance(60_000);
    const work = deferred<string>();
    expect(await cache.getOrSet("k", () => work.promise, options)).toBe("old");
    const strict = cache.getOrSet("k", () => "mine", minute);
    await settled();
    work.resolve("new");
    expect(await strict).toBe("new");
  });

  test("under way when the cache is closed is told so, and stores nothing", async () => {
    const backend = new MemoryCache();
    const { cache, other, clock, told } = setUp(backend);
    await cache.set("k", "old", minute);
    clock.advance(60_000);
    const work = deferred<string>();
    let signal: AbortSignal | undefined;
    const compute = (context: { signal: AbortSignal }) => {
      signal = context.signal;
      return work.promise;
    };
    expect(await cache.getOrSet("k", compute, options)).toBe("old");
    await until(() => signal !== undefined);
    await cache.close();
    expect(signal!.aborted).toBe(true);
    work.resolve("late");
    await settled();
    expect(await other.get("k")).toBeUndefined();
    expect(await other.getOrSet("k", () => "new", minute)).toBe("new");
    expect(told("warning")).toEqual([]);
  });
});

describe("staleOnError", () => {
  const options: GetOrSetOptions = { ...minute, staleOnError: true };

  test("returns a value whose time is over when computing fails, with a warning that has the error", async () => {
    const { cache, clock, told } = setUp();
    await cache.set("k", "old", minute);
    clock.advance(60_000);
    expect(await cache.getOrSet("k", failing, options)).toBe("old");
    expect(told("warning")).toMatchObject([
      { code: "stale-on-error", key: "k", cause: expect.objectContaining({ message: "no luck" }) },
    ]);
    expect(told("hit")).toMatchObject([{ stale: true }]);
    expect(await cache.getOrSet("k", () => "new", options)).toBe("new");
  });

  test("throws the error when there is nothing to return, or only what is past its limits", async () => {
    const { cache, clock } = setUp();
    await expect(cache.getOrSet("none", failing, options)).rejects.toThrow("no luck");
    await cache.set("k", "old", minute);
    clock.advance(70_000);
    const limited: GetOrSetOptions = { ...minute, staleOnError: { maxStaleSeconds: 10 } };
    await expect(cache.getOrSet("k", failing, limited)).rejects.toThrow("no luck");
    expect(await cache.getOrSet("k", failing, { ...minute, staleOnError: { maxStaleSeconds: 11 } })).toBe("old");
    clock.advance(590_000);
    await expect(cache.getOrSet("k", failing, options)).rejects.toThrow("no luck");
  });

  test("goes by what each caller accepts", async () => {
    const { cache, other, clock } = setUp();
    await cache.set("k", "old", minute);
    clock.advance(60_000);
    const work = deferred<string>();
    const compute = () => work.promise;
    const asking = [
      cache.getOrSet("k", compute, options),
      cache.getOrSet("k", compute, minute).catch((error: Error) => error.message),
      other.getOrSet("k", compute, options),
    ];
    await settled();
    work.reject(new Error("no luck"));
    expect(await Promise.all(asking)).toEqual(["old", "no luck", "old"]);
  });
});

describe("a value that is damaged", () => {
  test("is not returned as a stale one", async () => {
    const memory = new MemoryCache();
    const damaged = backendWith(memory, {
      async getBlob(key) {
        const stored = await memory.getBlob(key);
        return stored && { record: stored.record, source: { byteLength: 1, slice: () => new Uint8Array(1) } };
      },
    });
    const { cache, clock } = setUp(damaged);
    await cache.set("k", "old", minute);
    clock.advance(60_000);
    const options: GetOrSetOptions = { ...minute, staleWhileRevalidate: true, staleOnError: true };
    await expect(cache.getOrSet("k", failing, options)).rejects.toThrow("no luck");
  });
});
