import { afterEach, describe, expect, test, vi } from "vitest";
import { Cache, MemoryCache } from "../../src/index.js";
import { simpleBackend } from "../conformance/simple-backend.js";
import { listeningCache } from "./listening-cache.js";

afterEach(() => {
  vi.useRealTimers();
});

describe("statistics", () => {
  test("count what is done with a backend, by all its caches", async () => {
    const { cache, backend, clock } = listeningCache();
    const other = new Cache({ backend, clock });
    await cache.set("a", 1, { tags: ["t"] });
    await other.set("b", 2, { ttlSeconds: 1, staleSeconds: 10 });
    await cache.getMany(["a", "b", "c"]);
    await other.get("a");
    await cache.increment("n");
    await cache.delete("n");
    await cache.evictTag("t");
    clock.advance(1000);
    await other.get("b");
    expect(await other.stats()).toEqual({
      hits: 3,
      misses: 2,
      staleHits: 0,
      sets: 3,
      deletes: 2,
      evictions: 0,
      expirations: 0,
      stampedesAvoided: 0,
      earlyRefreshes: 0,
    });
  });

  test("have what the backend forgot by itself", async () => {
    const backend = new MemoryCache({ sizeLimitBytes: 3000 });
    const cache = new Cache({ backend });
    for (let i = 0; i < 20; i++) await cache.set(`k${i}`, "x".repeat(100));
    const { evictions, sets } = await cache.stats();
    const { entries, sizeBytes, limitBytes } = await cache.volume();
    expect(sets).toBe(20);
    expect(evictions + entries).toBe(20);
    expect(sizeBytes).toBeLessThanOrEqual(limitBytes!);
  });

  test("are handed on after a second, after 10,000 counts, and on closing", async () => {
    vi.useFakeTimers();
    const handedOn: Readonly<Record<string, number>>[] = [];
    const backend = new MemoryCache();
    backend.addToCounters = (amounts) => void handedOn.push(amounts);
    const cache = new Cache({ backend });
    await cache.get("a");
    await cache.get("a");
    await vi.advanceTimersByTimeAsync(999);
    expect(handedOn).toEqual([]);
    await vi.advanceTimersByTimeAsync(1);
    expect(handedOn.splice(0)).toEqual([{ misses: 2 }]);
    await vi.advanceTimersByTimeAsync(5000);
    expect(handedOn).toEqual([]);
    for (let i = 0; i < 10_001; i++) await cache.get("a");
    expect(handedOn.splice(0)).toEqual([{ misses: 10_000 }]);
    await cache.close();
    expect(handedOn).toEqual([{ misses: 1 }]);
    expect(vi.getTimerCount()).toBe(0);
  });

  test("of other caches are handed on before the backend is closed", async () => {
    vi.useFakeTimers();
    const backend = new MemoryCache();
    const caches = [new Cache({ backend }), new Cache({ backend })];
    for (const cache of caches) await cache.get("a");
    await caches[0]!.close();
    expect(await backend.readCounters()).toEqual({ misses: 2 });
    expect(vi.getTimerCount()).toBe(0);
  });

  test("are left alone when none are wanted, and can be read all the same", async () => {
    const { cache, backend } = listeningCache({ statistics: false });
    await cache.set("a", 1);
    (backend as MemoryCache).addToCounters({ hits: 5, foreign: 7 });
    expect(await cache.stats()).toMatchObject({ hits: 5, sets: 0 });
    expect(await cache.stats()).not.toHaveProperty("foreign");
  });

  test("that a backend can't take are a warning, told once, and nothing else fails", async () => {
    const { cache, backend, events } = listeningCache();
    (backend as MemoryCache).addToCounters = () => {
      throw new Error("read-only");
    };
    for (let i = 0; i < 20_000; i++) await cache.get("a");
    await cache.close();
    expect(events.filter(({ type }) => type === "warning")).toEqual([
      expect.objectContaining({ code: "backend-failed", message: expect.stringContaining("read-only") }),
    ]);
  });

  test("and sizes need a backend that has them", async () => {
    const cache = new Cache({ backend: simpleBackend() });
    await expect(cache.stats()).rejects.toMatchObject({ facts: { capability: "counters" } });
    await expect(cache.volume()).rejects.toMatchObject({ facts: { capability: "sizeLimit" } });
  });
});
