import { describe, expect, test } from "vitest";
import { Cache, LarderError, MemoryCache } from "../../src/index.js";
import { fakeClock } from "./fake-clock.js";

function timedCache() {
  const clock = fakeClock();
  return { clock, cache: new Cache({ backend: new MemoryCache(), clock }) };
}

describe("time to live", () => {
  test("a value is there until the last millisecond of its time, and not in the next", async () => {
    const { cache, clock } = timedCache();
    await cache.set("k", 1, { ttlSeconds: 10 });
    clock.advance(9_999);
    expect(await cache.get("k")).toBe(1);
    clock.advance(1);
    expect(await cache.get("k")).toBeUndefined();
    expect(await cache.has("k")).toBe(false);
    expect(await cache.entry("k")).toBeUndefined();
  });

  test("a value without one stays for ever, wherever the clock goes", async () => {
    const { cache, clock } = timedCache();
    await cache.set("k", 1);
    await cache.set("infinite", 1, { ttlSeconds: Number.POSITIVE_INFINITY });
    for (const ms of [1e12, -5e12]) {
      clock.jump(ms);
      expect(await cache.get("k")).toBe(1);
      expect(await cache.get("infinite")).toBe(1);
    }
  });

  test("after the clock jumped back a value with an expiry is stale, for its age can't be told", async () => {
    const { cache, clock } = timedCache();
    await cache.set("k", 1, { ttlSeconds: 10 });
    clock.jump(-1);
    expect(await cache.get("k")).toBeUndefined();
  });

  test("is counted from the end of the computation", async () => {
    const { cache, clock } = timedCache();
    const compute = () => {
      clock.advance(60_000);
      return "slow";
    };
    await cache.getOrSet("k", compute, { ttlSeconds: 10 });
    clock.advance(9_999);
    expect(await cache.has("k")).toBe(true);
    const entry = await cache.entry("k");
    expect(entry!.record.costSeconds).toBe(60);
  });

  test("less than a millisecond is a millisecond", async () => {
    const { cache, clock } = timedCache();
    await cache.set("k", 1, { ttlSeconds: 1e-9 });
    expect(await cache.get("k")).toBe(1);
    clock.advance(1);
    expect(await cache.get("k")).toBeUndefined();
  });

  test("given to getOrSet counts for what is stored already", async () => {
    const { cache, clock } = timedCache();
    await cache.set("forever", "old");
    await cache.set("hour", "old", { ttlSeconds: 3600 });
    clock.advance(10_000);
    for (const key of ["forever", "hour"]) {
      expect(await cache.getOrSet(key, () => "new", { ttlSeconds: 11 })).toBe("old");
      expect(await cache.getOrSet(key, () => "new", { ttlSeconds: 10 })).toBe("new");
      expect(await cache.get(key)).toBe("new");
    }
  });

  test.each([0, -1, Number.NaN, Number.NEGATIVE_INFINITY, "5", null])(
    "of %s is refused before anything is done",
    async (ttl) => {
      const { cache } = timedCache();
      const ttlSeconds = ttl as number;
      let computed = 0;
      const calls = [
        () => cache.set("k", 1, { ttlSeconds }),
        () => cache.getOrSet("k", () => computed++, { ttlSeconds }),
        async () => cache.memoize(() => computed++, { name: "f", ttlSeconds }),
      ];
      for (const call of calls) {
        const error = await call().catch((thrown: unknown) => thrown);
        expect(LarderError.isInstance(error, "invalid-ttl")).toBe(true);
      }
      expect(computed).toBe(0);
      expect(await cache.has("k")).toBe(false);
    },
  );
});

describe("other options", () => {
  test.each([
    ["tags", { tags: "one" }],
    ["tags", { tags: [1] }],
    ["costSeconds", { costSeconds: -1 }],
    ["costSeconds", { costSeconds: Number.NaN }],
    ["origin", { origin: 5 }],
    ["valueDigest", { valueDigest: {} }],
    ["codec", { codec: 1 }],
  ])("'%s' of another kind are refused by name: %j", async (name, options) => {
    const { cache } = timedCache();
    const error = await cache.set("k", 1, options as never).catch((thrown: unknown) => thrown);
    expect(LarderError.isInstance(error, "invalid-option")).toBe(true);
    expect((error as LarderError).facts.option).toBe(name);
  });
});
