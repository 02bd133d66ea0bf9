import { describe, expect, test } from "vitest";
import {
  type BlobRecord,
  Cache,
  type CacheBackend,
  type CacheEvent,
  DamagedBlobError,
  LarderError,
  MemoryCache,
  type StoredBlob,
} from "../../src/index.js";
import { simpleBackend } from "../conformance/simple-backend.js";

function over(backend: CacheBackend) {
  const events: CacheEvent[] = [];
  return { cache: new Cache({ backend, onEvent: (event) => events.push(event) }), events };
}

/** A backend that returns something else than was stored. */
function returning(change: (stored: StoredBlob) => StoredBlob | undefined | null): CacheBackend {
  const right = simpleBackend();
  return {
    ...right,
    async getBlob(key) {
      const stored = await right.getBlob(key);
      return stored && (change(stored) as StoredBlob | undefined);
    },
  };
}

function flipped(bytes: Uint8Array, at: number): Uint8Array {
  const copy = new Uint8Array(bytes);
  copy[at]! ^= 1;
  return copy;
}

function withRecord(change: Partial<BlobRecord>): CacheBackend {
  return returning((stored) => ({ ...stored, record: { ...stored.record, ...change } }));
}

function withSlice(slice: (bytes: Uint8Array) => Uint8Array): CacheBackend {
  return returning(({ record, source }) => ({
    record,
    source: { byteLength: source.byteLength, slice: async (start, end) => slice(await source.slice(start, end)) },
  }));
}

describe("damage is a miss and a warning, never data and never an exception", () => {
  for (const size of [10, 1000, 100_000]) {
    test(`any flipped bit of a blob of ${size} bytes`, async () => {
      for (const at of [0, 5, size - 1]) {
        const { cache, events } = over(withSlice((bytes) => flipped(bytes, at)));
        await cache.set("k", new Uint8Array(size).fill(3));
        expect(await cache.get("k")).toBeUndefined();
        expect(await cache.getOrSet("k", () => "computed")).toBe("computed");
        expect(events.filter(({ type }) => type === "warning")).toEqual([
          expect.objectContaining({ code: "damaged-blob", key: "k", message: expect.stringContaining("checksum") }),
          expect.objectContaining({ code: "damaged-blob", key: "k" }),
        ]);
        expect(events.filter((event) => event.type === "miss" && event.reason === "damaged").length).toBe(2);
      }
    });
  }

  test.each([
    ["bytes cut short", withSlice((bytes) => bytes.subarray(1))],
    ["more bytes than the record says", withSlice((bytes) => new Uint8Array([...bytes, 0]))],
    [
      "a source of another length",
      returning(({ record, source }) => ({ record, source: { ...source, byteLength: 3 } })),
    ],
    ["a checksum of another blob", withRecord({ checksum: "xxh64:0000000000000000" })],
    ["a checksum of a kind nobody knows", withRecord({ checksum: "crc32:00000000" })],
    ["no checksum", withRecord({ checksum: undefined as never })],
    ["no length", withRecord({ byteLength: Number.NaN })],
    ["a time of creation that is no time", withRecord({ createdAt: "yesterday" as never })],
    ["an expiry that is no time", withRecord({ expiresAt: "never" as never })],
    ["no record", returning((stored) => ({ ...stored, record: undefined as never }))],
  ])("%s", async (_, backend) => {
    const { cache, events } = over(backend);
    await cache.set("k", new Uint8Array(10));
    expect(await cache.get("k")).toBeUndefined();
    expect(events.at(-1)).toMatchObject({ type: "miss", reason: "damaged" });
    expect(events.at(-2)).toMatchObject({ type: "warning", code: "damaged-blob" });
  });

  test("bytes that a MemoryCache was handed with the checksum of others", async () => {
    const backend = new MemoryCache();
    const record = { codec: "larder.bytes.1", byteLength: 3, checksum: "xxh64:0000000000000000", createdAt: 1 };
    await backend.setBlob("k", { record, bytes: new Uint8Array(3) });
    const { cache, events } = over(backend);
    expect(await cache.get("k")).toBeUndefined();
    expect(events.map(({ type }) => type)).toEqual(["warning", "miss"]);
  });

  test("bytes that prove damaged after entry() found them", async () => {
    const { cache } = over(withSlice((bytes) => flipped(bytes, 1)));
    await cache.set("k", "value");
    const entry = await cache.entry("k");
    const error = await entry!.value().catch((thrown: unknown) => thrown);
    expect(error).toBeInstanceOf(DamagedBlobError);
    expect((error as Error).message).toContain("'k'");
  });
});

describe("a blob that can't be read", () => {
  test("because of its codec is a miss that names the codec", async () => {
    const { cache, events } = over(withRecord({ codec: "someone.else.9" }));
    await cache.set("k", 1);
    expect(await cache.get("k")).toBeUndefined();
    expect(await cache.has("k")).toBe(false);
    expect(await cache.entry("k")).toBeUndefined();
    expect(events[1]).toMatchObject({ code: "unknown-codec", message: expect.stringContaining("someone.else.9") });
    expect(events[2]).toMatchObject({ type: "miss", reason: "unreadable" });
  });

  test("because its codec fails is a miss, and entry().value() says so", async () => {
    const codec = {
      name: "test.failing.1",
      accepts: () => true,
      encode: () => ({ bytes: new Uint8Array(1) }),
      decode: () => {
        throw new Error("can't read my own writing");
      },
    };
    const events: CacheEvent[] = [];
    const cache = new Cache({ backend: simpleBackend(), codecs: [codec], onEvent: (event) => events.push(event) });
    await cache.set("k", 1);
    expect(await cache.get("k")).toBeUndefined();
    expect(events.slice(1)).toEqual([
      expect.objectContaining({ code: "decode-failed", message: expect.stringContaining("can't read my own writing") }),
      expect.objectContaining({ type: "miss", reason: "unreadable" }),
    ]);
    const error = await (await cache.entry("k"))!.value().catch((thrown: unknown) => thrown);
    expect(LarderError.isInstance(error, "damaged-blob")).toBe(true);
  });

  test("because its bytes can't be fetched is a miss", async () => {
    const { cache, events } = over(
      withSlice(() => {
        throw new Error("connection lost");
      }),
    );
    await cache.set("k", 1);
    expect(await cache.getOrSet("k", () => 2)).toBe(2);
    expect(events).toContainEqual(
      expect.objectContaining({ code: "backend-failed", message: expect.stringContaining("connection lost") }),
    );
  });

  test("is closed all the same, and so is one that is expired or of an unknown codec", async () => {
    const open = { opened: 0, closed: 0 };
    const counting = (record: Partial<BlobRecord>, slice = (bytes: Uint8Array) => bytes) =>
      returning((stored) => {
        open.opened++;
        return {
          record: { ...stored.record, ...record },
          source: {
            byteLength: stored.source.byteLength,
            slice: async (a, b) => slice(await stored.source.slice(a, b)),
          },
          close: async () => void open.closed++,
        };
      });
    for (const backend of [
      counting({}),
      counting({ expiresAt: 1 }),
      counting({ codec: "nobody's" }),
      counting({ checksum: 5 as never }),
      counting({}, (bytes) => flipped(bytes, 0)),
    ]) {
      const cache = new Cache({ backend });
      await cache.set("k", "value");
      await cache.get("k");
      await cache.has("k");
      await cache.getOrSet("k", () => 1);
      await (await cache.entry("k"))?.close();
    }
    expect(open.opened).toBeGreaterThan(15);
    expect(open.closed).toBe(open.opened);
  });
});

describe("a backend that fails", () => {
  const failing = (methods: readonly (keyof CacheBackend)[]): CacheBackend => {
    const backend = simpleBackend(() => ({ supports: {} })) as unknown as Record<string, unknown>;
    for (const method of methods) backend[method] = () => Promise.reject(new Error("server down"));
    return backend as unknown as CacheBackend;
  };

  test("to look up is a miss with a warning", async () => {
    const { cache, events } = over(failing(["getBlob"]));
    expect(await cache.get("k")).toBeUndefined();
    expect(await cache.has("k")).toBe(false);
    expect(await cache.entry("k")).toBeUndefined();
    expect(await cache.getOrSet("k", () => 5)).toBe(5);
    expect(events[0]).toMatchObject({ code: "backend-failed", cause: expect.any(Error) });
    expect((events[0] as { message: string }).message).toContain("server down");
  });

  test("by throwing instead of rejecting is the same", async () => {
    const backend = failing([]);
    backend.getBlob = () => {
      throw new Error("server down");
    };
    expect(await over(backend).cache.get("k")).toBeUndefined();
  });

  test("to store makes set throw, and getOrSet hand out the value with a warning", async () => {
    const { cache, events } = over(failing(["setBlob"]));
    const error = await cache.set("k", 1).catch((thrown: unknown) => thrown);
    expect(LarderError.isInstance(error, "backend-failed")).toBe(true);
    expect((error as Error).cause).toMatchObject({ message: "server down" });
    expect(await cache.getOrSet("k", () => [5])).toEqual([5]);
    expect(events).toContainEqual(expect.objectContaining({ type: "warning", code: "backend-failed", key: "k" }));
  });

  test("with an error of its own has that error thrown", async () => {
    const backend = failing([]);
    backend.setBlob = () => Promise.reject(new LarderError("The disk is full.", { code: "disk-full" }));
    await expect(over(backend).cache.set("k", 1)).rejects.toMatchObject({ code: "disk-full" });
  });

  test("to delete makes delete throw", async () => {
    await expect(over(failing(["getBlob"])).cache.delete("k")).rejects.toMatchObject({ code: "backend-failed" });
  });

  test("by returning null for a miss is taken for a miss", async () => {
    const { cache } = over({ ...simpleBackend(), getBlob: async () => null as never });
    expect(await cache.get("k")).toBeUndefined();
    expect(await cache.delete("k")).toBe(false);
  });
});
