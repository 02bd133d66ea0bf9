import { describe, expect, test } from "vitest";
import {
  Cache,
  type CacheBackend,
  type CacheEvent,
  cacheKey,
  LarderError,
  MemoryCache,
  UnsupportedCapabilityError,
  type ValueCodec,
} from "../../src/index.js";
import { simpleBackend } from "../conformance/simple-backend.js";
import { fakeClock } from "./fake-clock.js";

function listeningCache(backend: CacheBackend = new MemoryCache(), codecs: ValueCodec[] = []) {
  const events: CacheEvent[] = [];
  const clock = fakeClock();
  const cache = new Cache({ backend, codecs, clock, onEvent: (event) => events.push(event) });
  return { cache, events, clock, backend };
}

async function listed(keys: AsyncIterable<string>): Promise<string[]> {
  const found: string[] = [];
  for await (const key of keys) found.push(key);
  return found;
}

describe("get and set", () => {
  test("a value comes back equal, and as a new object each time", async () => {
    const { cache } = listeningCache();
    const value = {
      list: [1, -0, Number.NaN],
      map: new Map([["a", 1n]]),
      when: new Date(5),
      bytes: new Uint8Array([1, 2]),
    };
    expect((await cache.set("k", value)).stored).toBe(true);
    const first = await cache.get<typeof value>("k");
    expect(first).toStrictEqual(value);
    first!.list.push(4);
    first!.bytes[0] = 9;
    expect(await cache.get("k")).toStrictEqual(value);
  });

  test("bytes handed out are the reader's own", async () => {
    const { cache } = listeningCache();
    await cache.set("k", new Uint8Array([1, 2, 3]));
    (await cache.get<Uint8Array>("k"))!.fill(0);
    expect(await cache.get("k")).toStrictEqual(new Uint8Array([1, 2, 3]));
  });

  test("a value may be written to as soon as set was called", async () => {
    const { cache } = listeningCache();
    const bytes = new Uint8Array(100_000).fill(7);
    const list = [1, 2, 3];
    const setting = [cache.set("bytes", bytes), cache.set("list", list)];
    bytes.fill(0);
    list.push(4);
    await Promise.all(setting);
    expect(await cache.get("bytes")).toStrictEqual(new Uint8Array(100_000).fill(7));
    expect(await cache.get("list")).toStrictEqual([1, 2, 3]);
  });

  test("a key that was never set is undefined, and has() says whether an undefined is stored", async () => {
    const { cache } = listeningCache();
    expect(await cache.get("k")).toBeUndefined();
    expect(await cache.has("k")).toBe(false);
    await cache.set("k", undefined);
    expect(await cache.get("k")).toBeUndefined();
    expect(await cache.has("k")).toBe(true);
  });

  test("writes to one key count in the order they were asked for", async () => {
    const slow: ValueCodec<{ slow: number }> = {
      name: "test.slow.1",
      accepts: (value) => typeof value === "object" && value !== null && "slow" in value,
      async encode(value) {
        for (let i = 0; i < 20; i++) await Promise.resolve();
        return { bytes: new Uint8Array([value.slow]) };
      },
      decode: async (source) => ({ slow: (await source.slice(0))[0]! }),
    };
    const { cache } = listeningCache(new MemoryCache(), [slow as ValueCodec]);
    await Promise.all([cache.set("k", { slow: 1 }), cache.set("k", "fast")]);
    expect(await cache.get("k")).toBe("fast");
    await Promise.all([cache.set("k", { slow: 2 }), cache.delete("k")]);
    expect(await cache.has("k")).toBe(false);
    const [, deleted] = await Promise.all([cache.delete("k"), cache.delete("k"), cache.set("k", { slow: 3 })]);
    expect(deleted).toBe(false);
    expect(await cache.get("k")).toStrictEqual({ slow: 3 });
  });

  test("the record keeps tags, cost, origin, digest and the codec's details", async () => {
    const codec: ValueCodec<{ n: number }> = {
      name: "test.n.1",
      accepts: (value) => typeof value === "object" && value !== null && "n" in value,
      encode: (value) => ({ bytes: new Uint8Array([value.n]), details: { rows: value.n } }),
      decode: async (source) => ({ n: (await source.slice(0))[0]! }),
    };
    const { cache, clock } = listeningCache(new MemoryCache(), [codec as ValueCodec]);
    const options = { ttlSeconds: 60, tags: ["a", "b"], costSeconds: 1.5, origin: "p/n", valueDigest: "ff" };
    const outcome = await cache.set("k", { n: 3 }, options);
    const entry = await cache.entry("k");
    expect(entry!.record).toEqual(outcome.stored && outcome.record);
    expect(entry!.record).toEqual({
      codec: "test.n.1",
      byteLength: 1,
      checksum: expect.stringMatching(/^xxh64:[0-9a-f]{16}$/),
      createdAt: clock.now(),
      expiresAt: clock.now() + 60_000,
      tags: ["a", "b"],
      costSeconds: 1.5,
      origin: "p/n",
      valueDigest: "ff",
      details: { rows: 3 },
    });
    expect(await entry!.value()).toEqual({ n: 3 });
  });
});

describe("keys", () => {
  test.each([
    ["an empty one", ""],
    ["none", undefined],
    ["null", null],
    ["a number", 5],
    ["an unpaired surrogate", "a\ud800"],
  ])("%s is refused by every method, saying why", async (_, key) => {
    const { cache } = listeningCache();
    const calls = [
      () => cache.get(key as string),
      () => cache.entry(key as string),
      () => cache.set(key as string, 1),
      () => cache.has(key as string),
      () => cache.delete(key as string),
      () => cache.getOrSet(key as string, () => 1),
    ];
    for (const call of calls) {
      const error = await call().catch((thrown: unknown) => thrown);
      expect(LarderError.isInstance(error, "invalid-key")).toBe(true);
      expect((error as Error).message).toMatch(/must be a non-empty string/);
    }
  });

  test("they are listed by prefix where the backend can, and refused by name where it can't", async () => {
    const { cache } = listeningCache();
    for (const key of ["b:2", "a:1", "b:1"]) await cache.set(key, key);
    expect(await listed(cache.keys({ prefix: "b:" }))).toEqual(["b:1", "b:2"]);
    expect(await listed(cache.keys())).toEqual(["a:1", "b:1", "b:2"]);
    const without = new Cache({ backend: Object.assign(new MemoryCache(), { supports: {} }) });
    expect(() => without.keys()).toThrow(UnsupportedCapabilityError);
    expect(() => without.keys()).toThrow(/Listing keys needs a backend with the capability 'entryIndex'/);
  });

  test("long keys and any Unicode are kept apart", async () => {
    const { cache } = listeningCache();
    const keys = ["🦔", "é", "e\u0301", "__proto__", "\u0000", " ", "x".repeat(100_000), `${"x".repeat(100_000)}y`];
    for (const [i, key] of keys.entries()) await cache.set(key, i);
    for (const [i, key] of keys.entries()) expect(await cache.get(key)).toBe(i);
  });
});

describe("codecs", () => {
  const tagging = (name: string): ValueCodec => ({
    name,
    accepts: (value) => typeof value === "string",
    encode: (value) => ({ bytes: new TextEncoder().encode(`${name}|${String(value)}`) }),
    decode: async (source) => new TextDecoder().decode(await source.slice(0)),
  });

  test("those of the cache come first, then those of the backend, then the built-in ones", async () => {
    const backend = new MemoryCache({ codecs: [tagging("of the backend")] });
    expect(await roundTrip(new Cache({ backend, codecs: [tagging("of the cache")] }), "x")).toBe("of the cache|x");
    expect(await roundTrip(new Cache({ backend }), "x")).toBe("of the backend|x");
    expect(await roundTrip(new Cache({ backend: new MemoryCache() }), "x")).toBe("x");
    expect(await roundTrip(new Cache({ backend }), new Uint8Array([1]))).toStrictEqual(new Uint8Array([1]));
  });

  test("one may be chosen by name", async () => {
    const cache = new Cache({ backend: new MemoryCache(), codecs: [tagging("a"), tagging("b")] });
    await cache.set("k", "x", { codec: "b" });
    expect(await cache.get("k")).toBe("b|x");
    expect(await cache.set("k", 5, { codec: "b" })).toMatchObject({ stored: false, reason: "uncacheable-value" });
    expect(await cache.set("k", "x", { codec: "nobody's" })).toMatchObject({
      stored: false,
      message: expect.stringContaining("no codec 'nobody's'"),
    });
  });

  async function roundTrip(cache: Cache, value: unknown): Promise<unknown> {
    await cache.set("k", value);
    return cache.get("k");
  }
});

describe("a value that no codec takes", () => {
  test("is not stored, and a warning says where the trouble is", async () => {
    const { cache, events } = listeningCache();
    const outcome = await cache.set("k", { handlers: [{ run: () => 1 }] });
    expect(outcome).toMatchObject({ stored: false, reason: "uncacheable-value" });
    expect(events).toEqual([expect.objectContaining({ type: "warning", code: "uncacheable-value", key: "k" })]);
    expect((events[0] as { message: string }).message).toContain("$.handlers[0].run");
    expect(await cache.has("k")).toBe(false);
  });

  test("leaves nothing older under its key", async () => {
    for (const backend of [new MemoryCache(), simpleBackend(() => ({ supports: {} }))]) {
      const { cache } = listeningCache(backend);
      await cache.set("k", "old");
      await cache.set("k", () => "new");
      expect(await cache.has("k")).toBe(false);
    }
  });

  test("that is an Arrow table makes the warning name the package for tables", async () => {
    const { tableFromArrays } = await import("apache-arrow");
    const { cache } = listeningCache();
    const outcome = await cache.set("k", tableFromArrays({ id: new Int32Array([1]) }));
    expect(outcome).toMatchObject({ stored: false, message: expect.stringContaining("@larder/store-parquet") });
  });

  test("that a codec of its kind does not take is explained by that codec", async () => {
    const picky: ValueCodec = {
      name: "test.picky.1",
      accepts: () => false,
      explain: (value) => (typeof value === "function" ? "functions are too short" : undefined),
      encode: () => ({ bytes: new Uint8Array() }),
      decode: () => undefined,
    };
    const { cache } = listeningCache(new MemoryCache(), [picky]);
    expect(await cache.set("k", () => 1)).toMatchObject({
      message: expect.stringContaining("functions are too short"),
    });
  });

  test("whose codec fails is not stored, and the failure is the cause", async () => {
    const failing: ValueCodec = {
      name: "test.failing.1",
      accepts: () => true,
      encode: () => Promise.reject(new Error("no ink")),
      decode: () => undefined,
    };
    const { cache, events } = listeningCache(new MemoryCache(), [failing]);
    expect(await cache.set("k", 1)).toMatchObject({ stored: false, message: expect.stringContaining("no ink") });
    expect(events).toEqual([expect.objectContaining({ code: "uncacheable-value", cause: expect.any(Error) })]);
    expect(await cache.getOrSet("k", () => 5)).toBe(5);
  });
});

describe("delete", () => {
  test.each([
    ["deletes", () => new MemoryCache() as CacheBackend],
    ["can't delete", () => simpleBackend(() => ({ supports: {} }))],
  ])("forgets a value on a backend that %s, and says whether there was one", async (_, make) => {
    const { cache, backend } = listeningCache(make());
    expect(await cache.delete("k")).toBe(false);
    await cache.set("k", 1);
    expect(await cache.delete("k")).toBe(true);
    expect(await cache.get("k")).toBeUndefined();
    expect(await cache.has("k")).toBe(false);
    expect(await cache.entry("k")).toBeUndefined();
    expect(await cache.delete("k")).toBe(false);
    expect(await cache.getOrSet("k", () => 2)).toBe(2);
    expect(await new Cache({ backend, clock: fakeClock(0) }).has("k")).toBe(true);
  });

  test("what stands for a deleted value is a miss at any time, even when the clock says 1970", async () => {
    const backend = simpleBackend(() => ({ supports: {} }));
    const cache = new Cache({ backend, clock: fakeClock(0) });
    await cache.set("k", 1);
    await cache.delete("k");
    expect(await cache.get("k")).toBeUndefined();
  });
});

describe("entry", () => {
  test("reads no byte of the value before it is asked for", async () => {
    let reads = 0;
    const backend = simpleBackend(({ slice }) => ({
      slice(...range) {
        reads++;
        return slice(...range);
      },
    }));
    const { cache } = listeningCache(backend);
    await cache.set("k", { a: 1 });
    expect(await cache.has("k")).toBe(true);
    const entry = await cache.entry("k");
    expect(entry!.record.codec).toBe("larder.structured.1");
    expect(reads).toBe(0);
    expect(await entry!.value()).toEqual({ a: 1 });
    expect(reads).toBe(1);
    await entry!.close();
    await entry!.close();
  });

  test("stays readable when its key is overwritten", async () => {
    const { cache } = listeningCache();
    await cache.set("k", "old");
    const entry = await cache.entry("k");
    await cache.set("k", "new");
    expect(await entry!.value()).toBe("old");
  });

  test("that is no table says so", async () => {
    const { cache } = listeningCache();
    await cache.set("k", [1]);
    const entry = await cache.entry("k");
    expect(() => entry!.table()).toThrow(/is no table/);
  });

  test("opens a table on bytes that are checked as they are read", async () => {
    const codec: ValueCodec = {
      name: "test.table.1",
      accepts: () => true,
      encode: () => ({ bytes: new Uint8Array([1, 2, 3]) }),
      decode: () => undefined,
      openTable: (source) => ({ source, close: async () => {} }) as never,
    };
    for (const backend of [new MemoryCache(), simpleBackend()]) {
      const { cache } = listeningCache(backend, [codec]);
      await cache.set("k", 1);
      const table = (await cache.entry("k"))!.table() as unknown as {
        source: { slice(a: number, b: number): unknown };
      };
      expect(await table.source.slice(1, 3)).toStrictEqual(new Uint8Array([2, 3]));
    }
    const { cache } = listeningCache(
      simpleBackend(() => ({ slice: () => new Uint8Array([1, 2, 4]) })),
      [codec],
    );
    await cache.set("k", 1);
    const table = (await cache.entry("k"))!.table() as unknown as {
      source: { slice(a: number, b: number): Promise<unknown> };
    };
    await expect(table.source.slice(1, 3)).rejects.toMatchObject({ code: "damaged-blob" });
  });
});

describe("what the cache tells", () => {
  test("hits, misses with their reason, writes and deletions", async () => {
    const { cache, events, clock } = listeningCache();
    await cache.get("k");
    await cache.set("k", 1, { ttlSeconds: 1 });
    await cache.get("k");
    clock.advance(1000);
    await cache.get("k");
    await cache.getOrSet("k", () => 2);
    await cache.delete("k");
    await cache.delete("k");
    expect(events.map((event) => (event.type === "miss" ? `miss ${event.reason}` : event.type))).toEqual([
      "miss absent",
      "set",
      "hit",
      "miss expired",
      "miss expired",
      "set",
      "delete",
    ]);
  });

  test("a listener that throws does not disturb the cache", async () => {
    const warned = new Promise((resolve) => process.once("warning", resolve));
    const cache = new Cache({
      backend: new MemoryCache(),
      onEvent: () => {
        throw new Error("listener trouble");
      },
    });
    await cache.set("k", 1);
    expect(await cache.get("k")).toBe(1);
    expect(String(await warned)).toContain("listener trouble");
  });
});

describe("making a cache", () => {
  test("without a backend, or with half of one, is refused and names what is missing", () => {
    expect(() => new Cache({} as never)).toThrow(/getMeta, setMeta, getBlob, setBlob, clear/);
    expect(() => new Cache({ backend: { ...simpleBackend(), clear: undefined } as never })).toThrow(/has no clear\./);
  });

  test("close waits for writes and closes the backend", async () => {
    const order: string[] = [];
    const backend = Object.assign(
      simpleBackend(({ store }) => ({
        async store(...row) {
          await new Promise(setImmediate);
          order.push("stored");
          store(...row);
        },
      })),
      { close: async () => void order.push("closed") },
    );
    const cache = new Cache({ backend });
    void cache.set(cacheKey("a", 1), 1);
    void cache.set(cacheKey("a", 2), 2);
    await cache.close();
    expect(order).toEqual(["stored", "stored", "closed"]);
  });
});
