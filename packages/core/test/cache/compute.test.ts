import { describe, expect, test } from "vitest";
import { Cache, ComputeFailedElsewhereError, LarderError, MemoryCache } from "../../src/index.js";
import { backendWith } from "./backend-with.js";
import { cachesOn, slowly } from "./caches-on.js";
import { deferred, settled, until } from "./deferred.js";
import { fakeClock } from "./fake-clock.js";

const heldLease = (backend: MemoryCache, key: string) => async () =>
  (await backend.readLease(`compute:${key}`))?.condition === "held";

describe("a value asked for in several caches on one backend", () => {
  test("is computed once, and each caller gets an object of its own", async () => {
    const { caches, told } = cachesOn(new MemoryCache(), 4);
    const work = slowly<number[]>();
    const asking = [...caches, ...caches].map((cache) => cache.getOrSet("k", work.compute));
    await until(() => work.runs > 0);
    work.resolve([1]);
    const values = await Promise.all(asking);
    expect(work.runs).toBe(1);
    expect(values).toEqual(Array(8).fill([1]));
    expect(new Set(values).size).toBe(8);
    expect(told("stampede-avoided").length).toBe(3);
    expect(told("stampede-avoided")[0]).toMatchObject({ key: "k", waitedMs: expect.any(Number) });
    expect(told("set").length).toBe(1);
  });

  test("is computed once when it has expired, too", async () => {
    const clock = fakeClock();
    const { caches } = cachesOn(new MemoryCache(), 3, { clock });
    await caches[0]!.set("k", "old", { ttlSeconds: 1 });
    clock.advance(1000);
    const work = slowly<string>();
    const asking = caches.map((cache) => cache.getOrSet("k", work.compute, { ttlSeconds: 1 }));
    await until(() => work.runs > 0);
    work.resolve("new");
    expect(await Promise.all(asking)).toEqual(["new", "new", "new"]);
    expect(work.runs).toBe(1);
  });

  test("is what was computed for those who waited, although its time is over by then", async () => {
    const clock = fakeClock();
    const backend = new MemoryCache();
    const released = backendWith(backend, {
      async releaseLease(lease, outcome) {
        clock.advance(10_000);
        return backend.releaseLease(lease, outcome);
      },
    });
    const { caches } = cachesOn(released, 3, { clock });
    const work = slowly<string>();
    const asking = caches.map((cache) => cache.getOrSet("k", work.compute, { ttlSeconds: 0.001 }));
    await until(() => work.runs > 0);
    work.resolve("short-lived");
    expect(await Promise.all(asking)).toEqual(Array(3).fill("short-lived"));
    expect(work.runs).toBe(1);
    expect(await caches[0]!.has("k")).toBe(false);
  });

  test("is found by who gets its turn after it was stored", async () => {
    const backend = new MemoryCache();
    const [first, second] = cachesOn(backend, 2).caches;
    // Stored between the look of the second cache and its turn.
    const late = backendWith(backend, {
      async acquireLease(name, options) {
        await first!.set("k", "stored");
        return backend.acquireLease(name, options);
      },
    });
    const cache = new Cache({ backend: late });
    expect(await cache.getOrSet("k", () => "computed")).toBe("stored");
    expect(await second!.getOrSet("k", () => "computed")).toBe("stored");
  });

  test("that can't be computed is an error for all who waited, with what the original said, and computed anew later", async () => {
    const { caches } = cachesOn(new MemoryCache(), 3);
    const work = slowly<string>();
    const asking = caches.map((cache) => cache.getOrSet("k", work.compute).catch((error: unknown) => error));
    await until(() => work.runs > 0);
    const original = Object.assign(new TypeError("the server said no"), { code: "refused" });
    await settled();
    work.reject(original);
    const [own, ...others] = await Promise.all(asking);
    expect(work.runs).toBe(1);
    expect(own).toBe(original);
    for (const other of others) {
      expect(other).toBeInstanceOf(ComputeFailedElsewhereError);
      expect(other).toMatchObject({
        code: "compute-failed-elsewhere",
        message: expect.stringContaining("the server said no"),
        facts: { key: "k", name: "TypeError", message: "the server said no", code: "refused" },
        cause: expect.objectContaining({ name: "TypeError", message: "the server said no" }),
      });
    }
    expect(await caches[1]!.getOrSet("k", () => "later")).toBe("later");
  });

  test.each([
    ["a text", "just text", "just text"],
    ["nothing", undefined, "undefined"],
    ["an object without a prototype", Object.create(null), "what was thrown can't be put into words"],
  ])("whose computation throws %s is an error for all who waited", async (_what, thrown, said) => {
    const { caches } = cachesOn(new MemoryCache(), 2);
    const work = slowly<string>();
    const asking = caches.map((cache) =>
      cache.getOrSet("k", work.compute).then(
        () => "a value",
        (error: unknown) => ({ error }),
      ),
    );
    await until(() => work.runs > 0);
    await settled();
    work.reject(thrown);
    const [own, other] = await Promise.all(asking);
    expect(own).toEqual({ error: thrown });
    expect(other).toMatchObject({ error: { facts: { message: said } } });
  });

  test("is computed by each, at the same time, when it can't be stored", async () => {
    const { caches } = cachesOn(new MemoryCache(), 3);
    const first = deferred<() => void>();
    const others = deferred<() => void>();
    let runs = 0;
    const asking = caches.map((cache) => cache.getOrSet("k", () => (runs++ === 0 ? first.promise : others.promise)));
    await until(() => runs > 0);
    await settled();
    first.resolve(() => {});
    await until(() => runs === 3);
    others.resolve(() => {});
    expect((await Promise.all(asking)).every((value) => typeof value === "function")).toBe(true);
  });

  test("is computed by each when the backend fails to store it", async () => {
    const backend = new MemoryCache();
    const full = backendWith(backend, {
      setBlob: () => Promise.reject(new LarderError("No room.", { code: "disk-full" })),
    });
    const { caches, told } = cachesOn(full, 3);
    const first = deferred<string>();
    let runs = 0;
    const asking = caches.map((cache) => cache.getOrSet("k", () => (runs++ === 0 ? first.promise : "again")));
    await until(() => runs > 0);
    await settled();
    first.resolve("first");
    expect((await Promise.all(asking)).sort()).toEqual(["again", "again", "first"]);
    expect(told("warning").length).toBe(3);
  });

  test("is computed by another when the one who has the turn has died", async () => {
    const backend = new MemoryCache();
    // The owner is dead, and its lease may be taken.
    await backend.acquireLease("compute:k", { expiresAfterMs: 0.001 });
    const { caches } = cachesOn(backend, 2);
    let runs = 0;
    const values = await Promise.all(caches.map((cache) => cache.getOrSet("k", () => ++runs)));
    expect(values).toEqual([1, 1]);
  });

  test("with singleFlight: false is computed once in each cache", async () => {
    const { caches, told } = cachesOn(new MemoryCache(), 2);
    let runs = 0;
    const asking = [...caches, ...caches].map((cache) => cache.getOrSet("k", () => ++runs, { singleFlight: false }));
    await Promise.all(asking);
    expect(runs).toBe(2);
    expect(told("stampede-avoided")).toEqual([]);
  });

  test("of different keys is computed at the same time", async () => {
    const { caches } = cachesOn(new MemoryCache(), 2);
    const a = slowly<string>();
    const asking = caches[0]!.getOrSet("a", a.compute);
    expect(await caches[1]!.getOrSet("b", () => "b")).toBe("b");
    a.resolve("a");
    expect(await asking).toBe("a");
  });
});

describe("waiting for another cache", () => {
  async function waiting() {
    const backend = new MemoryCache();
    const { caches, events } = cachesOn(backend, 2);
    const work = slowly<string>();
    const first = caches[0]!.getOrSet("k", work.compute);
    await until(heldLease(backend, "k"));
    return { backend, caches, work, first, events };
  }

  test("ends for a caller who gives up, and goes on for others", async () => {
    const { caches, work, first } = await waiting();
    const controller = new AbortController();
    const impatient = caches[1]!.getOrSet("k", work.compute, { signal: controller.signal });
    const patient = caches[1]!.getOrSet("k", work.compute);
    controller.abort(new Error("too slow"));
    await expect(impatient).rejects.toThrow("too slow");
    work.resolve("value");
    expect([await first, await patient]).toEqual(["value", "value"]);
    expect(work.runs).toBe(1);
  });

  test("ends when the cache is closed, with an error that says so", async () => {
    const { caches, work, first } = await waiting();
    const asking = caches[1]!.getOrSet("k", work.compute).catch((error: unknown) => error);
    await settled();
    await caches[1]!.close();
    expect(LarderError.isInstance(await asking, "cache-closed")).toBe(true);
    work.resolve("value");
    expect(await first).toBe("value");
    expect(work.runs).toBe(1);
  });

  test("ends when the one who computes is closed: another computes", async () => {
    const { caches, work, first } = await waiting();
    const asking = caches[1]!.getOrSet("k", () => "mine");
    await caches[0]!.close();
    expect(await asking).toBe("mine");
    work.resolve("value");
    expect(await first).toBe("value");
    expect(await caches[1]!.get("k")).toBe("mine");
  });

  test("ends when the value is set by the cache that computes it", async () => {
    const { caches, work, first } = await waiting();
    const asking = caches[1]!.getOrSet("k", () => "mine");
    await caches[0]!.set("k", "set");
    expect(await asking).toBe("set");
    work.resolve("value");
    expect(await first).toBe("value");
    expect(await caches[1]!.get("k")).toBe("set");
  });
});

describe("a caller who gives up", () => {
  test("before asking computes nothing", async () => {
    const { caches } = cachesOn(new MemoryCache(), 1);
    const signal = AbortSignal.abort(new Error("already"));
    const work = slowly<string>();
    await expect(caches[0]!.getOrSet("k", work.compute, { signal })).rejects.toThrow("already");
    expect(work.runs).toBe(0);
  });

  test("tells the computation when nobody else waits, and the next caller starts anew", async () => {
    const { caches } = cachesOn(new MemoryCache(), 2);
    const controller = new AbortController();
    let heard: unknown;
    const obedient = ({ signal }: { signal: AbortSignal }) =>
      new Promise<string>((_, reject) => {
        signal.addEventListener("abort", () => {
          heard = signal.reason;
          reject(signal.reason);
        });
        setImmediate(() => controller.abort(new Error("too slow")));
      });
    const asking = caches[0]!.getOrSet("k", obedient, { signal: controller.signal });
    const elsewhere = caches[1]!.getOrSet("k", () => "there");
    await expect(asking).rejects.toThrow("too slow");
    const again = caches[0]!.getOrSet("k", () => "there");
    expect(await again).toBe("there");
    expect(await elsewhere).toBe("there");
    expect(LarderError.isInstance(heard, "compute-abandoned")).toBe(true);
  });

  test("does not keep a computation that takes no notice from being stored", async () => {
    const { caches } = cachesOn(new MemoryCache(), 1);
    const controller = new AbortController();
    const work = slowly<string>();
    const asking = caches[0]!.getOrSet("k", work.compute, { signal: controller.signal });
    await until(() => work.runs > 0);
    controller.abort();
    await expect(asking).rejects.toThrow(/abort/);
    const late = caches[0]!.getOrSet("k", work.compute);
    await settled();
    work.resolve("value");
    expect(await late).toBe("value");
    expect(work.runs).toBe(1);
    expect(await caches[0]!.get("k")).toBe("value");
  });
});
