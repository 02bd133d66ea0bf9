import { once } from "node:events";
import { Readable } from "node:stream";
import { buffer } from "node:stream/consumers";
import { describe, expect, test } from "vitest";
import { type CacheBackend, type CacheEvent, MemoryCache } from "../../src/index.js";
import { simpleBackend } from "../conformance/simple-backend.js";
import { listeningCache } from "./listening-cache.js";

function sample(length: number): Uint8Array {
  return Uint8Array.from({ length }, (_, i) => (i * 31 + (i >> 8)) & 255);
}

async function* inPieces(bytes: Uint8Array, pieceBytes: number): AsyncGenerator<Uint8Array> {
  const piece = new Uint8Array(pieceBytes);
  for (let at = 0; at < bytes.byteLength; at += pieceBytes) {
    const end = Math.min(at + pieceBytes, bytes.byteLength);
    piece.set(bytes.subarray(at, end));
    yield piece.subarray(0, end - at); // one memory for all of them
  }
}

const backends: [string, () => CacheBackend][] = [
  ["with streams", () => new MemoryCache()],
  ["without", () => simpleBackend()],
];

describe.each(backends)("on a backend %s", (_, make) => {
  test.each([0, 1, 65_536, 300_000, 1_048_576])(
    "%i bytes written as a stream are the value, and are read as one",
    async (length) => {
      const { cache, told } = listeningCache({ backend: make() });
      const bytes = sample(length);
      const record = await cache.writeStream("k", inPieces(bytes, 10_000), {
        ttlSeconds: 9,
        tags: ["t"],
        pinned: true,
        priority: 100,
      });
      expect(record).toMatchObject({
        codec: "larder.bytes.1",
        byteLength: length,
        tags: ["t"],
        pinned: true,
        priority: 100,
      });
      expect(Buffer.compare((await cache.get<Uint8Array>("k"))!, bytes)).toBe(0);
      const stream = (await cache.readStream("k"))!;
      expect(Buffer.compare(await buffer(stream), bytes)).toBe(0);
      expect(told()).toEqual(["set k", "hit k", "hit k"]);
    },
  );

  test("a source that fails or is destroyed stores nothing, and what was there stays", async () => {
    const { cache, told } = listeningCache({ backend: make() });
    await cache.set("k", "before");
    told();
    const error = new Error("line cut");
    async function* failing() {
      yield sample(100_000);
      throw error;
    }
    await expect(cache.writeStream("k", failing())).rejects.toBe(error);
    const readable = new Readable({ read() {} });
    const writing = cache.writeStream("k", readable);
    readable.push(sample(10));
    readable.destroy();
    await expect(writing).rejects.toMatchObject({ code: "ERR_STREAM_PREMATURE_CLOSE" });
    expect(told()).toEqual([]);
    expect(await cache.get("k")).toBe("before");
  });

  test("what is no stream of bytes is refused, and its source is closed", async () => {
    const { cache } = listeningCache({ backend: make() });
    const words = Readable.from(["words"]);
    await expect(cache.writeStream("k", words)).rejects.toMatchObject({ code: "invalid-stream" });
    expect(words.destroyed).toBe(true);
    await expect(cache.writeStream("k", sample(3) as never)).rejects.toMatchObject({ code: "invalid-stream" });
    await expect(cache.writeStream("k", words, { ttlSeconds: -1 })).rejects.toMatchObject({ code: "invalid-ttl" });
    expect(await cache.has("k")).toBe(false);
  });
});

describe("reading a stream", () => {
  test("is undefined for what get would not find", async () => {
    const { cache, clock, told } = listeningCache();
    await cache.set("old", sample(3), { ttlSeconds: 1 });
    clock.advance(1000);
    told();
    expect(await cache.readStream("old")).toBeUndefined();
    expect(await cache.readStream("none")).toBeUndefined();
    expect(told()).toEqual(["miss old", "miss none"]);
  });

  test("of what is no bytes is refused, naming the codec", async () => {
    const { cache } = listeningCache();
    await cache.set("k", { a: 1 });
    await expect(cache.readStream("k")).rejects.toMatchObject({
      code: "not-bytes",
      message: expect.stringContaining("larder.structured.1"),
    });
  });

  test("closes the blob at its end, when it is destroyed unread, and when it fails", async () => {
    const { cache, backend, told } = listeningCache({ backend: simpleBackend() });
    let open = 0;
    let damage = false;
    const getBlob = backend.getBlob.bind(backend);
    backend.getBlob = async (key) => {
      const stored = (await getBlob(key))!;
      open++;
      const { source } = stored;
      const slice = async (start: number, end?: number) => {
        const bytes = new Uint8Array(await source.slice(start, end));
        if (damage) bytes[3]! ^= 1;
        return bytes;
      };
      return { ...stored, source: { byteLength: source.byteLength, slice }, close: async () => void open-- };
    };
    await cache.set("k", sample(1_000_000));
    const whole = (await cache.readStream("k"))!;
    expect(open).toBe(1);
    await buffer(whole);
    expect(open).toBe(0);
    const unread = (await cache.readStream("k"))!;
    unread.destroy();
    await once(unread, "close");
    expect(open).toBe(0);
    damage = true;
    told();
    await expect(buffer((await cache.readStream("k"))!)).rejects.toMatchObject({ code: "damaged-blob" });
    expect(open).toBe(0);
    expect(told()).toEqual(["hit k", "warning damaged-blob"]);
  });

  test("hands out bytes that are the reader's own", async () => {
    const { cache, backend } = listeningCache();
    await cache.set("k", sample(100));
    const getBlob = backend.getBlob.bind(backend);
    const kept = sample(100);
    backend.getBlob = async (key) => ({
      ...(await getBlob(key))!,
      source: { byteLength: 100, slice: (start, end) => kept.subarray(start, end) },
    });
    for await (const chunk of (await cache.readStream("k"))!) chunk.fill(0);
    expect(await cache.get("k")).toEqual(sample(100));
  });
});

describe("writing a stream", () => {
  test("takes its place when its source has ended, whatever was written meanwhile", async () => {
    const { cache } = listeningCache();
    let go = () => {};
    const gate = new Promise<void>((resolve) => (go = resolve));
    async function* slow() {
      yield sample(2);
      await gate;
    }
    const writing = cache.writeStream("k", slow());
    await cache.set("k", "meanwhile");
    expect(await cache.get("k")).toBe("meanwhile");
    let finish = (_: string) => {};
    const computing = cache.getOrSet("k2", () => new Promise<string>((resolve) => (finish = resolve)));
    await new Promise(setImmediate);
    await cache.writeStream("k2", inPieces(sample(5), 5));
    finish("computed");
    await computing;
    expect(await cache.get("k2")).toEqual(sample(5));
    go();
    await writing;
    expect(await cache.get("k")).toEqual(sample(2));
  });

  test("is waited for by close", async () => {
    const { cache, backend } = listeningCache();
    const writing = cache.writeStream("k", inPieces(sample(50_000), 1000));
    await cache.close();
    expect(await backend.getBlob("k")).toBeDefined();
    await writing;
  });

  test("says so when the backend fails, and reads no more of the source", async () => {
    const { cache, backend } = listeningCache();
    (backend as MemoryCache).setBlobStream = async () => {
      throw new Error("no room");
    };
    const events: CacheEvent[] = [];
    await expect(cache.writeStream("k", inPieces(sample(5), 5))).rejects.toMatchObject({ code: "backend-failed" });
    expect(events).toEqual([]);
  });
});
