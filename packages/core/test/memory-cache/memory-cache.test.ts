import { describe, expect, test } from "vitest";
import { type CacheEvent, LarderError, MemoryCache, type TransactionView } from "../../src/index.js";
import { fakeClock } from "../cache/fake-clock.js";
import { recordOfZeros, storeBlob } from "./store-blob.js";

const unitBytes = 256 + 100 + 1;

async function keysOf(cache: MemoryCache): Promise<string> {
  let keys = "";
  for await (const key of cache.keys()) keys += key;
  return keys;
}

describe("options", () => {
  test("that make no sense are refused by name", () => {
    for (const options of [
      { sizeLimitBytes: 0 },
      { sizeLimitBytes: 1.5 },
      { sizeLimitBytes: Number.NaN },
      { evictionPolicy: "oldest" as never },
      { cullLimit: 0 },
      { cullLimit: 1.5 },
    ]) {
      const [name] = Object.keys(options);
      expect(() => new MemoryCache(options)).toThrow(expect.objectContaining({ code: "invalid-option" }));
      expect(() => new MemoryCache(options)).toThrow(new RegExp(`'${name}'`));
    }
  });
});

describe("what is accounted", () => {
  test("is the bytes, the key in UTF-8, tags, origin and details as JSON, and 256 bytes", async () => {
    const cache = new MemoryCache();
    await storeBlob(cache, "é");
    expect((await cache.volume()).sizeBytes).toBe(256 + 100 + 2);
    await storeBlob(
      cache,
      "é",
      { tags: ["a", "é"], origin: "o", details: { rows: 1 }, expiresAt: 4_102_444_800_000 },
      7,
    );
    const texts = Buffer.byteLength('["a","é"]') + Buffer.byteLength('"o"') + Buffer.byteLength('{"rows":1}');
    expect((await cache.volume()).sizeBytes).toBe(256 + 7 + 2 + texts);
  });
});

describe("what has expired for good", () => {
  test("goes before anything else when room is needed, and is told of as expired", async () => {
    const events: CacheEvent[] = [];
    const clock = fakeClock();
    const cache = new MemoryCache({
      sizeLimitBytes: 3 * unitBytes + 60,
      clock,
      onEvent: (event) => events.push(event),
    });
    await storeBlob(cache, "a");
    await storeBlob(cache, "b", { expiresAt: clock.now() + 1000 });
    await storeBlob(cache, "c", { expiresAt: clock.now() + 1000, keepUntil: clock.now() + 5000 });
    clock.advance(999);
    expect(await cache.cull()).toBe(0);
    clock.advance(1);
    await storeBlob(cache, "d");
    expect(await keysOf(cache)).toBe("acd");
    await storeBlob(cache, "e");
    expect(await keysOf(cache)).toBe("cde");
    clock.advance(4000);
    expect(await cache.cull()).toBe(1);
    expect(await keysOf(cache)).toBe("de");
    expect(events).toEqual([
      { type: "evict", key: "b", reason: "expired", byteLength: 100 },
      { type: "evict", key: "a", reason: "size", byteLength: 100 },
      { type: "evict", key: "c", reason: "expired", byteLength: 100 },
    ]);
    expect(await cache.readCounters()).toEqual({ evictions: 1, expirations: 2 });
  });

  test("does not pile up where there is no limit", async () => {
    const clock = fakeClock();
    const cache = new MemoryCache({ clock });
    let most = 0;
    for (let i = 0; i < 20_000; i++) {
      await storeBlob(cache, String(i), { expiresAt: clock.now() + 100 }, 0);
      clock.advance(1);
      most = Math.max(most, (await cache.volume()).entries);
    }
    expect(most).toBeLessThan(3000);
  });

  test("is what has expired by the clock that was handed in, and comes back by no jump of it", async () => {
    const clock = fakeClock();
    const cache = new MemoryCache({ clock });
    await storeBlob(cache, "a", { createdAt: clock.now(), expiresAt: clock.now() + 1000 });
    clock.jump(-50_000);
    expect(await cache.cull()).toBe(0);
    clock.jump(51_000);
    expect(await cache.cull()).toBe(1);
    clock.jump(-51_000);
    expect(await keysOf(cache)).toBe("");
  });
});

describe("leases", () => {
  test("last by the monotonic clock, whatever happens to the time of day", async () => {
    const clock = fakeClock();
    const cache = new MemoryCache({ clock });
    const claim = await cache.acquireLease("l", { expiresAfterMs: 1000 });
    if (!claim.granted) throw new Error("refused");
    clock.jump(1_000_000);
    expect((await cache.readLease("l"))?.condition).toBe("held");
    clock.jump(-2_000_000);
    clock.advance(999);
    expect(await cache.renewLease(claim.lease)).toBe(true);
    clock.advance(999);
    expect((await cache.readLease("l"))?.condition).toBe("held");
    clock.advance(1);
    expect((await cache.readLease("l"))?.condition).toBe("lost");
    expect((await cache.acquireLease("l", { expiresAfterMs: 1000 })).granted).toBe(true);
    clock.advance(1000);
    expect((await cache.readLease("l"))?.condition).toBe("lost");
    expect((await cache.acquireLease("l")).granted).toBe(true);
  });

  test("that have ended are told of for a minute, and forgotten in time", async () => {
    const clock = fakeClock();
    const cache = new MemoryCache({ clock });
    for (let i = 0; i < 100; i++) {
      const claim = await cache.acquireLease(`l ${i}`);
      if (claim.granted) await cache.releaseLease(claim.lease, { number: i });
    }
    clock.advance(60_000);
    for (let i = 0; i < 100; i++) expect((await cache.readLease(`l ${i}`))?.outcome).toEqual({ number: i });
    clock.advance(1);
    for (let i = 0; i < 60; i++) await cache.acquireLease(`other ${i}`);
    const states = await Promise.all(Array.from({ length: 100 }, (_, i) => cache.readLease(`l ${i}`)));
    expect(states.filter((state) => state !== undefined)).toEqual([]);
    for (let i = 0; i < 60; i++) expect((await cache.readLease(`other ${i}`))?.condition).toBe("held");
  });

  test("with a time that is none are refused", async () => {
    for (const expiresAfterMs of [0, -1, Number.NaN]) {
      await expect(new MemoryCache().acquireLease("l", { expiresAfterMs })).rejects.toThrow(RangeError);
    }
  });
});

describe("transactions", () => {
  const blob = { record: recordOfZeros(), bytes: new Uint8Array(100) };

  test("that return a promise are refused and undone, and what they do later fails without harm", async () => {
    const cache = new MemoryCache();
    let late: Promise<unknown> | undefined;
    const body = async (view: TransactionView) => {
      view.set("a", blob);
      await Promise.resolve();
      late = Promise.resolve().then(() => view.set("b", blob));
      await late;
    };
    await expect(cache.transaction(body)).rejects.toThrow(
      expect.objectContaining({ code: "asynchronous-transaction" }),
    );
    await expect(late).rejects.toThrow(expect.objectContaining({ code: "transaction-ended" }));
    expect(await keysOf(cache)).toBe("");
  });

  test("that find no room leave orders, sizes and events as they were", async () => {
    const events: CacheEvent[] = [];
    const cache = new MemoryCache({
      sizeLimitBytes: 4 * unitBytes + 60,
      evictionPolicy: "least-recently-stored",
      onEvent: (event) => events.push(event),
    });
    for (const key of "abcd") await storeBlob(cache, key);
    const before = await cache.volume();
    const running = cache.transaction((view) => {
      view.delete("c");
      for (const key of "efghi") view.set(key, blob);
    });
    await expect(running).rejects.toThrow(expect.objectContaining({ code: "cache-full" }));
    expect(await cache.volume()).toEqual(before);
    expect(events).toEqual([]);
    for (const key of "efgh") await storeBlob(cache, key);
    const gone = events.map((event) => (event.type === "evict" ? event.key : event.type));
    expect(gone).toEqual(["a", "b", "c", "d"]);
  });

  test("evict others, and never what they have changed themselves", async () => {
    const cache = new MemoryCache({ sizeLimitBytes: 3 * unitBytes + 60, evictionPolicy: "least-recently-stored" });
    for (const key of "abc") await storeBlob(cache, key);
    await cache.transaction((view) => {
      view.setRecord("a", recordOfZeros({ costSeconds: 2 }));
      view.set("d", blob);
    });
    expect(await keysOf(cache)).toBe("acd");
  });
});

describe("eviction", () => {
  test("tells of each blob that went, and a listener that throws disturbs nothing", async () => {
    const warnings: string[] = [];
    const listen = (warning: Error) => warnings.push(warning.message);
    process.on("warning", listen);
    const cache = new MemoryCache({
      sizeLimitBytes: 2 * unitBytes,
      onEvent() {
        throw new Error("a bad listener");
      },
    });
    for (const key of "abcd") await storeBlob(cache, key);
    expect(await keysOf(cache)).toBe("cd");
    await new Promise(setImmediate);
    process.off("warning", listen);
    expect(warnings.join()).toContain("a bad listener");
  });

  test("of much for one large blob lets other work go on in between", async () => {
    const cache = new MemoryCache({ sizeLimitBytes: 1000 * unitBytes, cullLimit: 10 });
    for (let i = 0; i < 1000; i++) await storeBlob(cache, `${i}`, {}, 50);
    let turns = 0;
    let isStored = false;
    const count = () => {
      turns++;
      if (!isStored) setImmediate(count);
    };
    setImmediate(count);
    await storeBlob(cache, "large", {}, 900 * unitBytes);
    isStored = true;
    expect(turns).toBeGreaterThan(20);
    expect((await cache.getBlob("large"))?.record.byteLength).toBe(900 * unitBytes);
  });

  test("of everything but what is pinned can be asked for where there is no limit", async () => {
    const cache = new MemoryCache();
    await storeBlob(cache, "p", { pinned: true });
    for (const key of "abc") await storeBlob(cache, key);
    await cache.getBlob("a");
    expect(await cache.cull(2 * unitBytes)).toBe(2);
    expect(await keysOf(cache)).toBe("ap");
    expect(await cache.cull(0)).toBe(1);
    await expect(cache.cull(-1)).rejects.toThrow(RangeError);
    expect(await keysOf(cache)).toBe("p");
  });

  test("never takes what is being overwritten, however it grows", async () => {
    const gone: string[] = [];
    const cache = new MemoryCache({
      sizeLimitBytes: 4 * unitBytes,
      evictionPolicy: "least-recently-stored",
      onEvent: (event) => event.type === "evict" && gone.push(event.key),
    });
    for (const key of "abcd") await storeBlob(cache, key);
    await storeBlob(cache, "a", {}, 200);
    expect(gone).toEqual(["b"]);
    await storeBlob(cache, "d", { pinned: true });
    await expect(storeBlob(cache, "c", {}, 100 + 4 * unitBytes)).rejects.toThrow("no room");
    expect(gone).toEqual(["b"]);
    expect(await keysOf(cache)).toBe("acd");
  });

  test("refuses with the facts what it has no room for", async () => {
    const cache = new MemoryCache({ sizeLimitBytes: 1000 });
    await storeBlob(cache, "a", { pinned: true });
    const error = await storeBlob(cache, "b", {}, 500).catch((reason: unknown) => reason);
    expect(LarderError.isInstance(error, "cache-full")).toBe(true);
    expect((error as LarderError).facts).toEqual({
      neededBytes: 757,
      sizeBytes: 357,
      limitBytes: 1000,
      where: "MemoryCache",
    });
  });
});
