import { describe, expect, test } from "vitest";
import { Cache, MemoryCache } from "../../src/index.js";
import { until } from "./deferred.js";
import { fakeClock } from "./fake-clock.js";

describe("options of computing", () => {
  test.each([
    ["staleWhileRevalidate", { staleWhileRevalidate: 5 }],
    ["staleWhileRevalidate", { staleWhileRevalidate: { maxStaleSeconds: 5 } }],
    ["staleOnError", { ttlSeconds: 1, staleOnError: { maxStaleSeconds: 0 } }],
    ["staleOnError", { ttlSeconds: 1, staleOnError: {} }],
    ["staleSeconds", { staleSeconds: 5 }],
    ["staleSeconds", { ttlSeconds: 1, staleSeconds: -1 }],
    ["earlyRecompute", { earlyRecompute: { beta: 0 } }],
    ["earlyRecompute", { earlyRecompute: true }],
    ["softTimeoutMs", { softTimeoutMs: 0 }],
    ["hardTimeoutMs", { hardTimeoutMs: Number.NaN }],
    ["hardTimeoutMs", { hardTimeoutMs: 3e9 }],
    ["softTimeoutMs", { softTimeoutMs: 20, hardTimeoutMs: 10 }],
    ["singleFlight", { singleFlight: "no" }],
    ["signal", { signal: {} }],
    ["pinned", { pinned: 1 }],
    ["priority", { priority: 101 }],
    ["priority", { priority: -1 }],
    ["priority", { priority: 0.5 }],
  ])("'%s' of another kind are refused by name: %j", async (name, options) => {
    const cache = new Cache({ backend: new MemoryCache() });
    let runs = 0;
    const calls = [
      () => cache.getOrSet("k", () => ++runs, options as never),
      async () => cache.memoize(() => ++runs, { name: "f", ...(options as object) }),
    ];
    for (const call of calls) {
      const error = await call().catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code: "invalid-option", facts: { option: name } });
    }
    expect(runs).toBe(0);
  });

  test("are those of a memoised function too", async () => {
    const clock = fakeClock();
    const cache = new Cache({ backend: new MemoryCache(), clock });
    let version = 1;
    const memoized = cache.memoize(() => version, {
      name: "version",
      ttlSeconds: 1,
      staleSeconds: 60,
      staleWhileRevalidate: true,
    });
    expect(await memoized()).toBe(1);
    clock.advance(2000);
    version = 2;
    expect(await memoized()).toBe(1);
    await until(async () => (await memoized()) === 2);
  });
});
