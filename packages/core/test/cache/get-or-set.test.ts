import { describe, expect, test } from "vitest";
import { Cache, type CacheEvent, MemoryCache, type ValueCodec } from "../../src/index.js";
import { fakeClock } from "./fake-clock.js";

function deferred<T>() {
  let resolve!: (value: T) => void;
  let reject!: (error: unknown) => void;
  const promise = new Promise<T>((ok, no) => {
    resolve = ok;
    reject = no;
  });
  return { promise, resolve, reject };
}

/** Lets everything happen that is not waiting for something else. */
const settled = () => new Promise(setImmediate);

describe("getOrSet", () => {
  test.each([[undefined], [null], [0], [""], [false], [{ a: 1 }]])(
    "computes %s once, and finds it the next time",
    async (value) => {
      const cache = new Cache({ backend: new MemoryCache() });
      let computed = 0;
      const compute = () => {
        computed++;
        return value;
      };
      expect(await cache.getOrSet("k", compute)).toEqual(value);
      expect(await cache.getOrSet("k", compute)).toEqual(value);
      expect(computed).toBe(1);
    },
  );

  test("computes once for all who ask at the same time, and gives each an object of its own", async () => {
    const cache = new Cache({ backend: new MemoryCache() });
    const work = deferred<{ list: number[] }>();
    let computed = 0;
    const asking = Array.from({ length: 10 }, () =>
      cache.getOrSet("k", () => {
        computed++;
        return work.promise;
      }),
    );
    await settled();
    work.resolve({ list: [1] });
    const values = await Promise.all(asking);
    expect(computed).toBe(1);
    expect(new Set(values).size).toBe(10);
    values[0]!.list.push(2);
    values[1]!.list.push(3);
    expect(values[2]).toEqual({ list: [1] });
    expect(await cache.get("k")).toEqual({ list: [1] });
  });

  test("gives each an object of its own also when the codec builds values upon the bytes it is given", async () => {
    const codec: ValueCodec = {
      name: "test.view.1",
      accepts: (value) => value instanceof Float64Array,
      encode: (value) => ({ bytes: new Uint8Array((value as Float64Array).slice().buffer) }),
      async decode(source) {
        const bytes = await source.slice(0);
        return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.byteLength / 8);
      },
    };
    const cache = new Cache({ backend: new MemoryCache(), codecs: [codec] });
    const asking = () => cache.getOrSet("k", () => new Float64Array([1, 2]));
    const [first, second, third] = await Promise.all([asking(), asking(), asking()]);
    first.fill(0);
    second.fill(0);
    expect(third).toEqual(new Float64Array([1, 2]));
  });

  test("gives those who find it at the same time objects of their own", async () => {
    const cache = new Cache({ backend: new MemoryCache() });
    await cache.set("k", [1]);
    const values = await Promise.all(Array.from({ length: 5 }, () => cache.getOrSet<number[]>("k", () => [9])));
    expect(values).toEqual(Array.from({ length: 5 }, () => [1]));
    expect(new Set(values).size).toBe(5);
  });

  test("hands an error to all who wait, stores nothing, and computes again when asked again", async () => {
    const cache = new Cache({ backend: new MemoryCache() });
    let computed = 0;
    const failing = () => {
      computed++;
      return Promise.reject(new Error("no luck"));
    };
    const results = await Promise.allSettled([1, 2, 3].map(() => cache.getOrSet("k", failing)));
    expect(results.map((result) => result.status)).toEqual(["rejected", "rejected", "rejected"]);
    expect(computed).toBe(1);
    expect(await cache.has("k")).toBe(false);
    expect(await cache.getOrSet("k", () => "luck")).toBe("luck");
  });

  test("takes what a computation throws at once like what it rejects with", async () => {
    const cache = new Cache({ backend: new MemoryCache() });
    const throwing = () => {
      throw new Error("at once");
    };
    await expect(cache.getOrSet("k", throwing)).rejects.toThrow("at once");
    expect(await cache.getOrSet("k", () => 1)).toBe(1);
  });

  test("computes different keys at the same time", async () => {
    const cache = new Cache({ backend: new MemoryCache() });
    const first = deferred<number>();
    const waiting = cache.getOrSet("a", () => first.promise);
    expect(await cache.getOrSet("b", () => 2)).toBe(2);
    first.resolve(1);
    expect(await waiting).toBe(1);
  });

  test("hands a value that can't be stored to all, with one warning", async () => {
    const events: CacheEvent[] = [];
    const cache = new Cache({ backend: new MemoryCache(), onEvent: (event) => events.push(event) });
    const value = () => 1;
    const values = await Promise.all([1, 2].map(() => cache.getOrSet("k", () => value)));
    expect(values).toEqual([value, value]);
    expect(events.filter(({ type }) => type === "warning").length).toBe(1);
  });

  test("measures what the computation cost, unless told", async () => {
    const clock = fakeClock();
    const cache = new Cache({ backend: new MemoryCache(), clock });
    await cache.getOrSet("measured", () => clock.advance(1500));
    await cache.getOrSet("told", () => clock.advance(1500), { costSeconds: 7 });
    expect((await cache.entry("measured"))!.record.costSeconds).toBe(1.5);
    expect((await cache.entry("told"))!.record.costSeconds).toBe(7);
  });

  test("looks with each caller's own time to live", async () => {
    const clock = fakeClock();
    const cache = new Cache({ backend: new MemoryCache(), clock });
    await cache.set("k", "old");
    clock.advance(60_000);
    const [patient, strict] = await Promise.all([
      cache.getOrSet("k", () => "new"),
      cache.getOrSet("k", () => "new", { ttlSeconds: 1 }),
    ]);
    expect(patient).toBe("old");
    expect(strict).toBe("new");
  });
});

describe("a computation that is overtaken", () => {
  test("by delete is not stored, and who asks later computes anew", async () => {
    const cache = new Cache({ backend: new MemoryCache() });
    const work = deferred<string>();
    const early = cache.getOrSet("k", () => work.promise);
    await settled();
    await cache.delete("k");
    const late = cache.getOrSet("k", () => "after");
    expect(await late).toBe("after");
    work.resolve("before");
    expect(await early).toBe("before");
    expect(await cache.get("k")).toBe("after");
  });

  test("by set does not undo it", async () => {
    const cache = new Cache({ backend: new MemoryCache() });
    const work = deferred<string>();
    const early = cache.getOrSet("k", () => work.promise);
    await settled();
    await cache.set("k", "set");
    work.resolve("computed");
    expect(await early).toBe("computed");
    expect(await cache.get("k")).toBe("set");
  });

  test("by delete while it is being stored is deleted after", async () => {
    const backend = new MemoryCache();
    const storing = deferred<void>();
    const gate = deferred<void>();
    const slow = Object.assign(Object.create(backend), {
      supports: backend.supports,
      getBlob: (key: string) => backend.getBlob(key),
      async setBlob(...args: Parameters<MemoryCache["setBlob"]>) {
        storing.resolve();
        await gate.promise;
        await backend.setBlob(...args);
      },
      deleteBlob: (key: string) => backend.deleteBlob(key),
    }) as MemoryCache;
    const cache = new Cache({ backend: slow });
    const asking = cache.getOrSet("k", () => "computed");
    await storing.promise;
    const deleting = cache.delete("k");
    gate.resolve();
    expect(await asking).toBe("computed");
    expect(await deleting).toBe(true);
    expect(await cache.has("k")).toBe(false);
  });

  test("by close is handed out and not stored", async () => {
    const backend = new MemoryCache();
    const cache = new Cache({ backend });
    const work = deferred<string>();
    const asking = cache.getOrSet("k", () => work.promise);
    await settled();
    await cache.close();
    work.resolve("late");
    expect(await asking).toBe("late");
    expect(await backend.getBlob("k")).toBeUndefined();
  });
});
