import { expect, test } from "vitest";
import { computeTerms } from "../../src/cache/compute/compute-terms.js";
import { isDueEarly } from "../../src/cache/compute/is-due-early.js";
import { Cache, type CacheEvent, type GetOrSetOptions, MemoryCache } from "../../src/index.js";
import { backendWith } from "./backend-with.js";
import { deferred, settled, until } from "./deferred.js";
import { fakeClock } from "./fake-clock.js";

const options: GetOrSetOptions = { ttlSeconds: 100, earlyRecompute: {} };

/** A cache whose entry cost 2 s to compute, and whose random numbers are given. */
async function setUp(random: () => number) {
  const events: CacheEvent[] = [];
  const clock = fakeClock();
  const memory = new MemoryCache();
  const looks: string[] = [];
  const backend = backendWith(memory, {
    readLease(name) {
      looks.push(name);
      return memory.readLease(name);
    },
  });
  const cache = new Cache({ backend, clock, random, onEvent: (event) => events.push(event) });
  const other = new Cache({ backend, clock, random });
  await cache.getOrSet(
    "k",
    () => {
      clock.advance(2000);
      return "first";
    },
    { ttlSeconds: 100 },
  );
  const refreshes = () => events.filter(({ type }) => type === "refresh");
  return { cache, other, clock, events, looks, refreshes };
}

test("a value is computed anew in the background before its time is over", async () => {
  // −ln(1 − random) = 1, so it is due 2 s before.
  const { cache, clock, refreshes } = await setUp(() => 1 - Math.exp(-1));
  clock.advance(97_999);
  expect(await cache.getOrSet("k", () => "second", options)).toBe("first");
  await settled();
  expect(refreshes()).toEqual([]);
  clock.advance(2);
  expect(await cache.getOrSet("k", () => "second", options)).toBe("first");
  await until(async () => (await cache.get("k")) === "second");
  expect(refreshes()).toEqual([{ type: "refresh", key: "k", reason: "early" }]);
});

test("a value is computed anew earlier with a larger beta, and never without asking for it", async () => {
  const { cache, clock, refreshes } = await setUp(() => 1 - Math.exp(-1));
  clock.advance(81_000);
  await cache.getOrSet("k", () => "second", { ttlSeconds: 100 });
  await cache.getOrSet("k", () => "second", { ...options, earlyRecompute: { beta: 9 } });
  await settled();
  expect(refreshes()).toEqual([]);
  await cache.getOrSet("k", () => "second", { ...options, earlyRecompute: { beta: 10 } });
  await until(async () => (await cache.get("k")) === "second");
});

test("a value is computed anew by one of several caches", async () => {
  const { cache, other, clock, looks } = await setUp(() => 0.999999);
  clock.advance(99_000);
  const work = deferred<string>();
  let runs = 0;
  const compute = () => {
    runs++;
    return work.promise;
  };
  for (let round = 0; round < 5; round++) {
    expect(await cache.getOrSet("k", compute, options)).toBe("first");
    expect(await other.getOrSet("k", compute, options)).toBe("first");
    await settled();
  }
  work.resolve("second");
  await until(async () => (await other.get("k")) === "second");
  expect(runs).toBe(1);
  // The other one did not wait for it, not even in the background.
  expect(looks).toEqual([]);
});

test("an early computation that fails is a warning, and the value stays", async () => {
  const { cache, clock, events } = await setUp(() => 0.999999);
  clock.advance(99_000);
  expect(await cache.getOrSet("k", () => Promise.reject(new Error("no luck")), options)).toBe("first");
  await until(() => events.some(({ type }) => type === "warning"));
  expect(events.find(({ type }) => type === "warning")).toMatchObject({ code: "background-compute-failed" });
  expect(await cache.get("k")).toBe("first");
});

test("who asks after the time is over waits for the early computation instead of computing too", async () => {
  const { cache, clock } = await setUp(() => 0.999999);
  clock.advance(99_999);
  const work = deferred<string>();
  await cache.getOrSet("k", () => work.promise, options);
  await settled();
  clock.advance(1);
  const late = cache.getOrSet("k", () => "mine", options);
  await settled();
  work.resolve("second");
  expect(await late).toBe("second");
});

test("the chance to be computed anew is that of XFetch", () => {
  const record = { codec: "c", byteLength: 0, checksum: "x", createdAt: 0, expiresAt: 10_000, costSeconds: 2 };
  const terms = computeTerms({ earlyRecompute: { beta: 1.5 } });
  for (const remainingMs of [500, 1500, 3000, 9000]) {
    const draws = 100_000;
    let due = 0;
    for (let i = 0; i < draws; i++) if (isDueEarly(record, terms, 10_000 - remainingMs, (i + 0.5) / draws)) due++;
    // P(−cost · beta · ln u ≥ remaining) = e^(−remaining / (cost · beta))
    expect(due / draws).toBeCloseTo(Math.exp(-remainingMs / 3000), 3);
  }
  const { expiresAt, ...forever } = record;
  expect(isDueEarly(forever, terms, expiresAt * 1000, 0.999)).toBe(false);
  const { costSeconds, ...unknown } = record;
  expect(isDueEarly(unknown, terms, expiresAt - costSeconds, 0.999)).toBe(false);
});
