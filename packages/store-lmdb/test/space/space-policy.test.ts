import type { CacheEvent } from "@larder/core";
import { LmdbBackend, type SpaceBudget } from "@larder/store-lmdb";
import { expect, test } from "vitest";
import { openStore } from "../../src/open-store.js";
import { readBytes, sampleBlob, sampleBytes } from "../sample-blob.js";
import { cacheDirectory } from "../temporary-directory.js";
import { expectExactAccount } from "./exact-account.js";

async function put(backend: LmdbBackend, key: string, size = 1_000, extra = {}): Promise<void> {
  await backend.setBlob(key, await sampleBlob(sampleBytes(size, key.length), extra));
}

async function keysOf(backend: LmdbBackend): Promise<string[]> {
  const keys: string[] = [];
  for await (const key of backend.keys()) keys.push(key);
  return keys;
}

test("the limit is kept in the directory: the last explicit one holds for all who have it open", async () => {
  const directory = cacheDirectory();
  const one = new LmdbBackend({ directory, sizeLimitBytes: 1_000_000, evictionPolicy: "least-recently-used" });
  await put(one, "a");
  const other = new LmdbBackend({ directory });
  expect(await other.policy()).toEqual({
    sizeLimitBytes: 1_000_000,
    evictionPolicy: "least-recently-used",
    cullLimit: 1_000,
  });
  expect(await other.setPolicy({ sizeLimitBytes: 5_000 })).toMatchObject({ sizeLimitBytes: 1_000_000 });
  expect((await one.volume()).limitBytes).toBe(5_000);
  for (let i = 0; i < 10; i++) await put(one, `key ${i}`);
  expect((await one.volume()).sizeBytes).toBeLessThanOrEqual(5_000);
  const third = new LmdbBackend({ directory, sizeLimitBytes: Number.POSITIVE_INFINITY });
  await put(third, "b");
  expect((await one.volume()).limitBytes).toBeUndefined();
  expect((await one.policy()).evictionPolicy).toBe("least-recently-used");
  await Promise.all([one.close(), other.close(), third.close()]);
});

test.each([
  ["sizeLimitBytes", { sizeLimitBytes: -1 }],
  ["sizeLimitBytes", { sizeLimitBytes: 1.5 }],
  ["cullLimit", { cullLimit: 0 }],
  ["evictionPolicy", { evictionPolicy: "oldest" as never }],
])("a setting out of its range is refused by name: %s", async (name, change) => {
  expect(() => new LmdbBackend({ directory: cacheDirectory(), ...change })).toThrow(name);
  const backend = new LmdbBackend({ directory: cacheDirectory() });
  await expect(backend.setPolicy(change)).rejects.toThrow(name);
  await backend.close();
});

test("a limit that is set later evicts what was stored without one, in the order of the policy", async () => {
  const directory = cacheDirectory();
  const events: CacheEvent[] = [];
  const backend = new LmdbBackend({ directory, onEvent: (event) => events.push(event) });
  for (const key of ["c", "a", "d", "b"]) await put(backend, key);
  const perEntry = (await backend.volume()).sizeBytes / 4;
  await backend.setPolicy({ sizeLimitBytes: Math.ceil(perEntry * 3) });
  expect(await backend.cull()).toBe(1);
  expect(await keysOf(backend)).toEqual(["a", "b", "d"]);
  await put(backend, "e");
  expect(await keysOf(backend)).toEqual(["b", "d", "e"]);
  expect(events).toEqual([
    { type: "evict", key: "c", reason: "size", byteLength: 1_000 },
    { type: "evict", key: "a", reason: "size", byteLength: 1_000 },
  ]);
  expect((await backend.readCounters()).evictions).toBe(2);
  await expectExactAccount(directory);
  expect((await backend.check()).problems).toEqual([]);
  await backend.close();
});

test("another policy orders what is there anew: reads counted before hold for it too", async () => {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory, sizeLimitBytes: 100_000, evictionPolicy: "least-recently-used" });
  for (const key of ["a", "b", "c", "d"]) await put(backend, key);
  for (const key of ["a", "a", "b", "d", "c"]) await readBytes(backend, key);
  await backend.setPolicy({ evictionPolicy: "least-frequently-used" });
  const { sizeBytes } = await backend.volume();
  // 'b' was read once, like 'c' and 'd', and stored before them.
  expect(await backend.cull(sizeBytes - 1)).toBe(1);
  expect(await keysOf(backend)).toEqual(["a", "c", "d"]);
  await backend.setPolicy({ evictionPolicy: "least-recently-stored" });
  expect(await backend.cull(sizeBytes / 2)).toBe(1);
  expect(await keysOf(backend)).toEqual(["c", "d"]);
  await backend.setPolicy({ evictionPolicy: "none" });
  expect(await backend.cull(0)).toBe(0);
  await expectExactAccount(directory);
  expect((await backend.check()).problems).toEqual([]);
  await backend.close();
});

test("no order is kept until three quarters of the limit are taken, and reads made before that count in it", async () => {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory, evictionPolicy: "least-recently-used" });
  const keys = Array.from({ length: 40 }, (_, i) => `key ${i + 10}`);
  for (const key of keys.slice(0, 20)) await put(backend, key);
  const perEntry = (await backend.volume()).sizeBytes / 20;
  await backend.setPolicy({ sizeLimitBytes: Math.ceil(perEntry * 40.5) });
  const store = await openStore(backend.directory, () => {});
  const ordered = () => {
    store.environment.refresh();
    return store.environment.order.keysIn({ limit: 100 }).length;
  };
  await readBytes(backend, "key 10");
  for (const key of keys.slice(20, 28)) await put(backend, key);
  expect(ordered()).toBe(0);
  await readBytes(backend, "key 12");
  for (const key of keys.slice(28)) await put(backend, key);
  expect(ordered()).toBe(40);
  expect((await backend.check()).problems).toEqual([]);
  // 'key 11' was neither read nor stored for longest, then 'key 13'.
  await put(backend, "more 1");
  await put(backend, "more 2");
  expect(keys.filter((key) => !["key 11", "key 13"].includes(key))).toEqual(
    (await keysOf(backend)).filter((key) => key.startsWith("key")),
  );
  await store.leave();
  await expectExactAccount(directory);
  await backend.close();
});

test("with many entries the order is made in steps, and is whole before anything goes by it", async () => {
  const backend = new LmdbBackend({ directory: cacheDirectory(), cullLimit: 100 });
  const keys = Array.from({ length: 2_500 }, (_, i) => `key ${10_000 + ((i * 7_919) % 2_500)}`);
  await Promise.all(keys.map((key) => put(backend, key, 10)));
  const { sizeBytes } = await backend.volume();
  await backend.setPolicy({ sizeLimitBytes: sizeBytes });
  expect(await backend.cull(sizeBytes * 0.4)).toBe(1_500);
  expect(await keysOf(backend)).toEqual(keys.slice(1_500).sort());
  await backend.close();
});

test("reads of another process count once it has noted them, at the latest when it closes", async () => {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory, sizeLimitBytes: 100_000, evictionPolicy: "least-recently-used" });
  for (const key of ["a", "b", "c"]) await put(backend, key);
  await readBytes(backend, "a");
  await backend.close();
  const later = new LmdbBackend({ directory });
  await later.cull((await later.volume()).sizeBytes - 1);
  expect(await keysOf(later)).toEqual(["a", "c"]);
  await later.close();
});

test("a file that is open is passed over, until it is closed", async () => {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory, sizeLimitBytes: 1_000_000 });
  await put(backend, "first", 100_000);
  await put(backend, "second", 200_000);
  const open = await backend.getBlob("first");
  expect(await backend.cull(0)).toBe(1);
  expect(await keysOf(backend)).toEqual(["first"]);
  await open!.close!();
  expect(await backend.cull(0)).toBe(1);
  expect((await backend.volume()).sizeBytes).toBe(0);
  await backend.close();
});

test("a budget is asked before anything is evicted, and for no more once it is exhausted", async () => {
  const directory = cacheDirectory();
  const asked: number[] = [];
  let rest = 2;
  const budget: SpaceBudget = {
    isExhausted: () => rest === 0,
    async grow(missingBytes) {
      asked.push(missingBytes);
      if (rest === 0) return false;
      rest--;
      const { sizeLimitBytes } = await backend.policy();
      await backend.setPolicy({ sizeLimitBytes: sizeLimitBytes! + 100_000 });
      return true;
    },
  };
  const backend: LmdbBackend = new LmdbBackend({ directory, sizeLimitBytes: 100_000, budget });
  for (let i = 0; i < 60; i++) await put(backend, `key ${i}`, 10_000);
  expect((await backend.volume()).limitBytes).toBe(300_000);
  const kept = await keysOf(backend);
  expect(kept.length).toBeGreaterThan(15);
  expect(kept).toContain("key 59");
  expect(asked.length).toBeGreaterThanOrEqual(2);
  await backend.close();
});

test("the account stays exact when entries are overwritten, deleted, damaged, shared and cleared", async () => {
  const directory = cacheDirectory();
  const backend = new LmdbBackend({ directory });
  const exact = async () => {
    await expectExactAccount(directory);
    return backend.volume();
  };
  await put(backend, "small");
  await put(backend, "file 1", 100_000);
  await put(backend, "file 2", 100_000);
  const { sizeBytes } = await exact();
  expect(sizeBytes).toBeGreaterThan(100_000);
  expect(sizeBytes).toBeLessThan(110_000);
  await put(backend, "small", 60_000);
  await put(backend, "file 1", 10);
  await exact();
  const store = await openStore(directory, () => {});
  const [place] = store.environment.entries.keysIn({ from: Buffer.from("\u0001small"), limit: 1 });
  const row = Buffer.from(store.environment.entries.read(place!)!);
  row[60]! ^= 1;
  await store.batches.run(() => store.environment.entries.write(place!, row));
  expect(await backend.getBlob("small")).toBeUndefined();
  expect((await exact()).entries).toBe(2);
  await backend.deleteBlob("file 2");
  expect((await exact()).sizeBytes).toBeLessThan(1_000);
  await put(backend, "file 3", 300_000);
  await backend.clear();
  expect(await exact()).toMatchObject({ entries: 0, sizeBytes: 0, reservedBytes: 0 });
  await store.leave();
  await backend.close();
});

test("what room can't be made for evicts nothing, also when much could go and many steps would be needed", async () => {
  const directory = cacheDirectory();
  const events: CacheEvent[] = [];
  const backend = new LmdbBackend({ directory, cullLimit: 3, onEvent: (event) => events.push(event) });
  for (let i = 0; i < 20; i++) await put(backend, `key ${i}`, 1_000);
  await put(backend, "pinned", 200_000, { pinned: true });
  await backend.setPolicy({ sizeLimitBytes: 260_000 });
  const before = await backend.volume();
  const keys = await keysOf(backend);
  await expect(put(backend, "large", 100_000)).rejects.toMatchObject({ code: "cache-full" });
  const inline = Array.from({ length: 3 }, (_, i) => put(backend, `inline ${i}`, 60_000, { pinned: true }));
  const refused = (await Promise.allSettled(inline)).filter(({ status }) => status === "rejected");
  expect(refused.length).toBe(3);
  expect(await backend.volume()).toEqual(before);
  expect(await keysOf(backend)).toEqual(keys);
  expect(events).toEqual([]);
  await put(backend, "fits", 40_000);
  expect(events.length).toBeGreaterThan(0);
  await expectExactAccount(directory);
  await backend.close();
});
