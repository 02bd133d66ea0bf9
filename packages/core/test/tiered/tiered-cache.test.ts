import { expect, test } from "vitest";
import { Cache, type CacheBackend, type CacheEvent, type Clock, MemoryCache, TieredCache } from "../../src/index.js";

/** A MemoryCache whose operations fail while `broken` says so, and that counts its look-ups. */
function fragile(): CacheBackend & { broken: boolean; lookUps: number } {
  const inner = new MemoryCache();
  const fragile = {
    broken: false,
    lookUps: 0,
    supports: inner.supports,
    ...methodsOf(inner, () => {
      if (fragile.broken) throw new Error("the tier is down");
    }),
  };
  const getBlob = fragile.getBlob;
  fragile.getBlob = async (key) => {
    fragile.lookUps++;
    return getBlob(key);
  };
  return fragile;
}

function methodsOf(inner: MemoryCache, check: () => void) {
  const guarded =
    <Args extends unknown[], Result>(method: (...args: Args) => Promise<Result>) =>
    async (...args: Args): Promise<Result> => {
      check();
      return method.apply(inner, args);
    };
  return {
    getMeta: guarded(inner.getMeta),
    setMeta: guarded(inner.setMeta),
    getBlob: guarded(inner.getBlob),
    setBlob: guarded(inner.setBlob),
    clear: guarded(inner.clear),
    deleteBlob: guarded(inner.deleteBlob),
    keys: inner.keys.bind(inner),
  };
}

function fakeClock(): Clock & { ms: number } {
  const clock = { ms: 1_000_000, now: () => clock.ms, monotonic: () => clock.ms };
  return clock;
}

test("a value found in the last tier is promoted, and then read from the first", async () => {
  const [near, far] = [fragile(), fragile()];
  await new Cache({ backend: far }).set("key", { answer: 42 });
  const tiers = new TieredCache([near, far]);
  const cache = new Cache({ backend: tiers });
  expect(await cache.get("key")).toEqual({ answer: 42 });
  await tiers.flush();
  expect(far.lookUps).toBe(1);
  expect(await cache.get("key")).toEqual({ answer: 42 });
  expect(far.lookUps).toBe(1);
  expect((await near.getBlob("key"))?.record).toEqual((await far.getBlob("key"))?.record);
});

test("what is only looked at is not promoted", async () => {
  const [near, far] = [fragile(), fragile()];
  await new Cache({ backend: far }).set("key", "value");
  const tiers = new TieredCache([near, far]);
  expect(await new Cache({ backend: tiers }).has("key")).toBe(true);
  await tiers.flush();
  expect(await near.getBlob("key")).toBeUndefined();
});

test("a large blob read in parts is promoted once half of it was read", async () => {
  const [near, far] = [fragile(), fragile()];
  const bytes = new Uint8Array(300_000).map((_, i) => i % 251);
  await new Cache({ backend: far }).set("large", bytes);
  const tiers = new TieredCache([near, far]);
  const blob = (await tiers.getBlob("large"))!;
  await blob.source.slice(0, 100_000);
  await tiers.flush();
  expect(await near.getBlob("large")).toBeUndefined();
  await blob.source.slice(100_000, 200_000);
  await tiers.flush();
  expect(await new Cache({ backend: near }).get("large")).toEqual(bytes);
});

test("a blob read into memories is promoted once half of it was read, with bytes of its own", async () => {
  for (const cuts of [[160_000], [100_000, 100_000], [300_000]]) {
    const [near, far] = [fragile(), fragile()];
    const bytes = new Uint8Array(300_000).map((_, i) => i % 251);
    await new Cache({ backend: far }).set("large", bytes);
    const tiers = new TieredCache([near, far]);
    const { source } = (await tiers.getBlob("large"))!;
    expect(source.blockBytes).toBe(1);
    let at = 0;
    for (const length of cuts) {
      await tiers.flush();
      expect(await near.getBlob("large")).toBeUndefined();
      const targets = [new Uint8Array(length - 7), new Uint8Array(7)];
      await source.readInto!(at, targets);
      expect(Buffer.concat(targets).compare(bytes, at, at + length)).toBe(0);
      for (const target of targets) target.fill(0);
      at += length;
    }
    await tiers.flush();
    expect(await new Cache({ backend: near }).get("large")).toEqual(bytes);
  }
});

test("a tier that fails is passed over with a warning, and the others serve", async () => {
  const [near, far] = [fragile(), fragile()];
  const events: CacheEvent[] = [];
  const tiers = new TieredCache([near, { backend: far, name: "shared" }], { onEvent: (event) => events.push(event) });
  const cache = new Cache({ backend: tiers });
  far.broken = true;
  await cache.set("key", 1);
  expect(await cache.get("key")).toBe(1);
  expect(events.map((event) => event.type === "warning" && event.code)).toContain("tier-failed");
  expect(events.some((event) => event.type === "warning" && event.message.includes("'shared'"))).toBe(true);
});

test("a tier that could not take a new value never gives the old one", async () => {
  const [near, far] = [fragile(), fragile()];
  const clock = fakeClock();
  const tiers = new TieredCache([{ backend: near, ttlSeconds: 10 }, far], { clock });
  const cache = new Cache({ backend: tiers, clock });
  await cache.set("key", "old");
  far.broken = true;
  await cache.set("key", "new");
  far.broken = false;
  clock.ms += 11_000; // the near tier is believed no longer
  expect(await cache.get("key")).toBeUndefined();
  expect(await new Cache({ backend: far, clock }).get("key")).toBeUndefined(); // removed as soon as the tier worked again
});

test("a tier that could not delete a value does not give it", async () => {
  const [near, far] = [fragile(), fragile()];
  const cache = new Cache({ backend: new TieredCache([near, far]) });
  await cache.set("key", "old");
  near.broken = true;
  await cache.delete("key");
  near.broken = false;
  expect(await cache.get("key")).toBeUndefined();
});

test("a write fails only when no tier took it", async () => {
  const [near, far] = [fragile(), fragile()];
  const cache = new Cache({ backend: new TieredCache([near, far]) });
  near.broken = true;
  far.broken = true;
  await expect(cache.set("key", 1)).rejects.toThrow(/the tier is down/);
  near.broken = false;
  await expect(cache.set("key", 1)).resolves.toMatchObject({ stored: true });
});

test("with `onFailure: 'throw'` a failure of the tier is an error", async () => {
  const [near, far] = [fragile(), fragile()];
  const tiers = new TieredCache([near, { backend: far, onFailure: "throw" }]);
  far.broken = true;
  await expect(new Cache({ backend: tiers }).set("key", 1)).rejects.toThrow(/the tier is down/);
  await expect(tiers.getBlob("other")).rejects.toThrow(/the tier is down/);
});

test("a tier with a time to live is asked again once that is over", async () => {
  const [near, far] = [fragile(), fragile()];
  const clock = fakeClock();
  const cache = new Cache({ backend: new TieredCache([{ backend: near, ttlSeconds: 60 }, far], { clock }), clock });
  await cache.set("key", "mine");
  await new Cache({ backend: far, clock }).set("key", "another process's"); // which the near tier does not see
  expect(await cache.get("key")).toBe("mine");
  clock.ms += 60_000;
  expect(await cache.get("key")).toBe("another process's");
});

test("what is expired in a near tier and fresh in a far one is a hit", async () => {
  const [near, far] = [fragile(), fragile()];
  const clock = fakeClock();
  await new Cache({ backend: near, clock }).set("key", "old", { ttlSeconds: 1 });
  await new Cache({ backend: far, clock }).set("key", "fresh", { ttlSeconds: 100 });
  clock.ms += 5000;
  expect(await new Cache({ backend: new TieredCache([near, far], { clock }), clock }).get("key")).toBe("fresh");
});

test("a promotion never overtakes a write", async () => {
  for (const write of ["set", "delete", "clear"] as const) {
    const [near, far] = [fragile(), fragile()];
    await new Cache({ backend: far }).set("key", "old");
    const tiers = new TieredCache([near, far]);
    const cache = new Cache({ backend: tiers });
    const blob = (await tiers.getBlob("key"))!;
    if (write === "set") await cache.set("key", "new");
    if (write === "delete") await cache.delete("key");
    if (write === "clear") await tiers.clear();
    await blob.source.slice(0); // promotes, if it may
    await tiers.flush();
    const expected = write === "set" ? "new" : undefined;
    expect(await cache.get("key")).toBe(expected);
    expect(await new Cache({ backend: near }).get("key")).toBe(expected);
  }
});

test("damaged bytes are not promoted", async () => {
  const near = new MemoryCache();
  const far = new MemoryCache();
  await new Cache({ backend: far }).set("key", new Uint8Array([1, 2, 3]));
  const stored = (await far.getBlob("key"))!;
  const damaged: CacheBackend = {
    getMeta: (name) => far.getMeta(name),
    setMeta: (signature) => far.setMeta(signature),
    setBlob: (key, blob) => far.setBlob(key, blob),
    clear: () => far.clear(),
    getBlob: async () => ({
      record: stored.record,
      source: { byteLength: 3, slice: (start, end) => new Uint8Array([1, 2, 4]).subarray(start, end) },
    }),
  };
  const tiers = new TieredCache([near, damaged]);
  expect(await new Cache({ backend: tiers }).get("key")).toBeUndefined();
  await tiers.flush();
  expect(await near.getBlob("key")).toBeUndefined();
});

test("a tier that is written later is read from what is on its way", async () => {
  const near = new MemoryCache();
  const far = fragile();
  const tiers = new TieredCache([
    { backend: near, maxBlobBytes: 10 },
    { backend: far, writes: "back" },
  ]);
  const cache = new Cache({ backend: tiers });
  const values = Array.from({ length: 50 }, (_, i) => "x".repeat(100) + i);
  await Promise.all(values.map((value, i) => cache.set(`key ${i % 10}`, value)));
  for (let i = 0; i < 10; i++) expect(await cache.get(`key ${i}`)).toBe(values[40 + i]);
  await tiers.close();
  for (let i = 0; i < 10; i++) expect(await new Cache({ backend: far }).get(`key ${i}`)).toBe(values[40 + i]);
});

test("tiers that make no sense are refused, saying why", () => {
  const backend = new MemoryCache();
  expect(() => new TieredCache([])).toThrow(/at least one tier/);
  expect(() => new TieredCache([backend, backend])).toThrow(/twice/);
  expect(() => new TieredCache([{ backend, writes: "back" }, new MemoryCache()])).toThrow(/can't follow later/);
  expect(() => new TieredCache([{ backend, maxBlobBytes: 5 }])).toThrow(/is the last/);
  expect(() => new TieredCache([{ backend, ttlSeconds: 0 }])).toThrow(/ttlSeconds/);
});
