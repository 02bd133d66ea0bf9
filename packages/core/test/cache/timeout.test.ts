import { describe, expect, test } from "vitest";
import {
  Cache,
  type CacheEvent,
  ComputeTimeoutError,
  type GetOrSetOptions,
  LarderError,
  MemoryCache,
} from "../../src/index.js";
import { deferred, until } from "./deferred.js";
import { fakeClock } from "./fake-clock.js";

const minute: GetOrSetOptions = { ttlSeconds: 60, staleSeconds: 600 };

function setUp() {
  const events: CacheEvent[] = [];
  const clock = fakeClock();
  const backend = new MemoryCache();
  const cache = new Cache({ backend, clock, onEvent: (event) => events.push(event) });
  return { cache, other: new Cache({ backend, clock }), clock, events };
}

describe("softTimeoutMs", () => {
  const options: GetOrSetOptions = { ...minute, softTimeoutMs: 1 };

  test("returns a value whose time is over when computing takes longer, and the new one is stored all the same", async () => {
    const { cache, clock, events } = setUp();
    await cache.set("k", "old", minute);
    clock.advance(60_000);
    const work = deferred<string>();
    let signal: AbortSignal | undefined;
    const slow = cache.getOrSet(
      "k",
      (context) => {
        signal = context.signal;
        return work.promise;
      },
      options,
    );
    expect(await slow).toBe("old");
    expect(events.some((event) => event.type === "hit" && event.stale === true)).toBe(true);
    expect(signal!.aborted).toBe(false);
    work.resolve("new");
    await until(async () => (await cache.get("k")) === "new");
  });

  test("waits on when there is no value to return", async () => {
    const { cache } = setUp();
    const quick = new Promise<string>((resolve) => setTimeout(resolve, 20, "computed"));
    expect(await cache.getOrSet("k", () => quick, options)).toBe("computed");
  });

  test("turns what fails afterwards into a warning", async () => {
    const { cache, clock, events } = setUp();
    await cache.set("k", "old", minute);
    clock.advance(60_000);
    const work = deferred<string>();
    expect(await cache.getOrSet("k", () => work.promise, options)).toBe("old");
    work.reject(new Error("no luck"));
    await until(() => events.some((event) => event.type === "warning" && event.code === "background-compute-failed"));
  });
});

describe("hardTimeoutMs", () => {
  const options: GetOrSetOptions = { ...minute, hardTimeoutMs: 1 };

  test("rejects when there is nothing to return, tells the computation, and stores what comes all the same", async () => {
    const { cache } = setUp();
    const work = deferred<string>();
    let signal: AbortSignal | undefined;
    const asking = cache.getOrSet(
      "k",
      (context) => {
        signal = context.signal;
        return work.promise;
      },
      options,
    );
    const error = await asking.catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(ComputeTimeoutError);
    expect(error).toMatchObject({ code: "compute-timeout", facts: { key: "k", hardTimeoutMs: 1 } });
    expect(LarderError.isInstance(signal!.reason, "compute-abandoned")).toBe(true);
    work.resolve("late");
    await until(async () => (await cache.get("k")) === "late");
  });

  test("returns a value whose time is over where one is kept", async () => {
    const { cache, clock } = setUp();
    await cache.set("k", "old", minute);
    clock.advance(60_000);
    expect(await cache.getOrSet("k", () => deferred<string>().promise, options)).toBe("old");
  });

  test("ends the waiting for another cache, too", async () => {
    const { cache, other } = setUp();
    const work = deferred<string>();
    const first = other.getOrSet("k", () => work.promise);
    await expect(cache.getOrSet("k", () => "mine", options)).rejects.toThrow(ComputeTimeoutError);
    work.resolve("value");
    expect(await first).toBe("value");
    expect(await cache.getOrSet("k", () => "mine", options)).toBe("value");
  });

  test("of one caller leaves another one waiting", async () => {
    const { cache } = setUp();
    const work = deferred<string>();
    let signal: AbortSignal | undefined;
    const patient = cache.getOrSet("k", (context) => {
      signal = context.signal;
      return work.promise;
    });
    await expect(cache.getOrSet("k", () => work.promise, options)).rejects.toThrow(ComputeTimeoutError);
    expect(signal!.aborted).toBe(false);
    work.resolve("value");
    expect(await patient).toBe("value");
  });
});
