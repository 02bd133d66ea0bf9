import {
  Cache,
  cacheKey,
  checksumOf,
  loadXxhash,
  MemoryCache,
  type TransactionView,
  UnsupportedCapabilityError,
} from "@larder/core";
import { beforeAll, describe, expect, test } from "vitest";
import { ShardedBackend } from "../../src/index.js";
import { shardOf, shardOfLease } from "../../src/shards/shard-of.js";

let xxhash: Awaited<ReturnType<typeof loadXxhash>>;

beforeAll(async () => {
  xxhash = await loadXxhash();
});

function inMemory(count = 4): ShardedBackend<MemoryCache> {
  return new ShardedBackend({ shards: Array.from({ length: count }, () => new MemoryCache()) });
}

function blob(text: string, tags?: readonly string[]) {
  const bytes = Buffer.from(text);
  const checksum = checksumOf(bytes, xxhash);
  return {
    bytes,
    record: { codec: "larder.bytes.1", byteLength: bytes.length, checksum, createdAt: 1, ...(tags && { tags }) },
  };
}

async function all<Item>(items: AsyncIterable<Item>): Promise<Item[]> {
  const found: Item[] = [];
  for await (const item of items) found.push(item);
  return found;
}

describe("the shard of a key", () => {
  test("is the same for ever: it is part of the format on disk", () => {
    const places = ["", "a", "plan:1", "{jobs}/1", "é", "\u{1f600}"].map((key) => shardOf(key, 64, xxhash));
    // The first two by the published XXH64 of "" and "a": ef46db3751d8e999 and d24ec4f1a98c6e5b.
    expect(places).toEqual([0x99 % 64, 0x5b % 64, 3, 48, 56, 0]);
  });

  test("is that of the part in braces, and of the lease for computing it", () => {
    expect(shardOf("{jobs}/1", 64, xxhash)).toBe(shardOf("other{jobs}", 64, xxhash));
    for (const key of ["a", "b", "{jobs}/1", cacheKey("x", 1)]) {
      expect(shardOfLease(`compute:${key}`, 64, xxhash)).toBe(shardOf(key, 64, xxhash));
    }
  });

  test("differs evenly among keys", () => {
    const counts = new Array<number>(8).fill(0);
    for (let i = 0; i < 8000; i++) counts[shardOf(cacheKey("even", i), 8, xxhash)]!++;
    for (const count of counts) expect(Math.abs(count - 1000)).toBeLessThan(150);
  });
});

describe("a backend in shards", () => {
  test("keeps each key in its shard, and spreads them over all", async () => {
    const backend = inMemory();
    for (let i = 0; i < 100; i++) await backend.setBlob(`key ${i}`, blob(String(i)));
    for (const [number, shard] of backend.shards.entries()) {
      const keys = await all(shard.keys());
      expect(keys.length).toBeGreaterThan(10);
      for (const key of keys) expect(shardOf(key, 4, xxhash)).toBe(number);
    }
  });

  test("lists keys of all shards in one order, by range, backwards, and no more than asked for", async () => {
    const backend = inMemory();
    const keys = [
      "",
      "a",
      "aa",
      "b",
      "é",
      "\uffff",
      "\u{1f600}",
      ...Array.from({ length: 40 }, (_, i) => `k${i + 10}`),
    ];
    for (const key of keys) await backend.setBlob(key, blob(key));
    const sorted = keys.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
    expect(await all(backend.keys())).toEqual(sorted);
    expect(await all(backend.keys({ reverse: true }))).toEqual(sorted.toReversed());
    expect(await all(backend.keys({ prefix: "k", limit: 3 }))).toEqual(["k10", "k11", "k12"]);
    expect(await all(backend.keys({ from: "k20", before: "k40", reverse: true, limit: 2 }))).toEqual(["k39", "k38"]);
    expect(await all(backend.keys({ limit: 0 }))).toEqual([]);
  });

  test("adds up tags, counters and volume of all shards", async () => {
    const backend = inMemory();
    for (let i = 0; i < 30; i++) await backend.setBlob(`key ${i}`, blob(String(i), ["all", `t${i % 3}`]));
    expect(await all(backend.tags())).toEqual([
      { tag: "all", blobs: 30 },
      { tag: "t0", blobs: 10 },
      { tag: "t1", blobs: 10 },
      { tag: "t2", blobs: 10 },
    ]);
    expect((await all(backend.taggedKeys({ allTags: ["t1"] }))).length).toBe(10);
    expect(await backend.deleteTagged({ anyTags: ["t1", "t2"] })).toBe(20);
    expect((await backend.volume()).entries).toBe(10);
    backend.addToCounters({ hits: 2 });
    backend.shards[3]!.addToCounters({ hits: 3, evictions: 1 });
    expect(await backend.readCounters()).toMatchObject({ hits: 5, evictions: 1 });
  });

  test("evicts from all shards in proportion, and from others where one can't", async () => {
    const backend = inMemory(2);
    const text = "x".repeat(1000);
    for (let i = 0; i < 60; i++) await backend.setBlob(`key ${i}`, blob(text + i));
    const { sizeBytes } = await backend.volume();
    await backend.cull(Math.floor(sizeBytes / 2));
    expect((await backend.volume()).sizeBytes).toBeLessThanOrEqual(sizeBytes / 2);
    for (const shard of backend.shards) expect((await shard.volume()).entries).toBeGreaterThan(5);
    const stuck = inMemory(2);
    for (let i = 0; i < 40; i++) {
      const { bytes, record } = blob(text + i);
      const pinned = shardOf(`key ${i}`, 2, xxhash) === 0;
      await stuck.setBlob(`key ${i}`, { bytes, record: { ...record, ...(pinned && { pinned }) } });
    }
    const before = await stuck.shards[0]!.volume();
    await stuck.cull(before.sizeBytes);
    expect(await stuck.shards[0]!.volume()).toEqual(before);
    expect((await stuck.shards[1]!.volume()).entries).toBe(0);
  });

  test("has copied the bytes it was given before it first waits", async () => {
    const backend = inMemory();
    const { bytes, record } = blob("before");
    const storing = backend.setBlob("key", { bytes, record });
    bytes.write("after!");
    await storing;
    const stored = await backend.getBlob("key");
    expect(Buffer.from(await stored!.source.slice(0)).toString()).toBe("before");
  });

  test("has only what all of its shards can do", async () => {
    const tagless = new MemoryCache();
    const supports = { ...tagless.supports, tags: false };
    const backend = new ShardedBackend({ shards: [new MemoryCache(), Object.assign(tagless, { supports })] });
    expect(backend.supports).toMatchObject({ transactions: true, leases: true });
    expect(backend.supports.tags).toBeUndefined();
    await expect(new Cache({ backend }).evictTag("a")).rejects.toThrow(UnsupportedCapabilityError);
    expect(() => new ShardedBackend({ shards: [] })).toThrow(RangeError);
  });
});

describe("a transaction in shards", () => {
  const keys = ["{jobs}/1", "{jobs}/2"];
  const elsewhere = () =>
    ["a", "b", "c", "d", "e", "f"].find((key) => shardOf(key, 4, xxhash) !== shardOf("{jobs}", 4, xxhash))!;

  test("takes place in the shard of its key, and sees the keys that are there", async () => {
    const backend = inMemory();
    for (const key of keys) await backend.setBlob(key, blob(key));
    const found = await backend.transaction(
      (view) => {
        view.set("{jobs}/3", blob("3"));
        return [...view.keys({ prefix: "{jobs}" })];
      },
      { key: "{jobs}/9" },
    );
    expect(found).toEqual([...keys, "{jobs}/3"]);
  });

  test.each<[string, (view: TransactionView, key: string) => unknown]>([
    ["get", (view, key) => view.get(key)],
    ["record", (view, key) => view.record(key)],
    ["set", (view, key) => view.set(key, blob("x"))],
    ["setRecord", (view, key) => view.setRecord(key, blob("x").record)],
    ["delete", (view, key) => view.delete(key)],
  ])("refuses %s of a key in another shard, and changes nothing", async (_, use) => {
    const backend = inMemory();
    const key = elsewhere();
    await backend.setBlob(key, blob("there"));
    const running = backend.transaction(
      (view) => {
        view.set("{jobs}/1", blob("1"));
        use(view, key);
      },
      { key: "{jobs}/1" },
    );
    await expect(running).rejects.toMatchObject({
      code: "wrong-shard",
      facts: { key, given: "{jobs}/1" },
      message: expect.stringContaining("'{jobs}/1'"),
    });
    expect(await backend.getBlob("{jobs}/1")).toBeUndefined();
    expect(await backend.getBlob(key)).toBeDefined();
  });

  test("says that it needs a key where none was given", async () => {
    const backend = inMemory();
    const key = ["a", "b", "c", "d", "e", "f"].find((each) => shardOf(each, 4, xxhash) !== 0)!;
    await expect(backend.transaction((view) => view.get(key))).rejects.toMatchObject({
      code: "wrong-shard",
      message: expect.stringContaining("needs to be told one of its keys"),
    });
  });

  test("of a cache: what concerns one key finds its shard by itself", async () => {
    const cache = new Cache({ backend: inMemory() });
    for (let i = 0; i < 20; i++) {
      expect(await cache.increment(`n${i}`)).toBe(1);
      expect(await cache.add(`n${i}`, 5)).toMatchObject({ stored: false });
      expect(await cache.touch(`n${i}`, { ttlSeconds: 5 })).toBe(true);
      expect(await cache.pop(`n${i}`)).toBe(1);
    }
    await cache.close();
  });
});
