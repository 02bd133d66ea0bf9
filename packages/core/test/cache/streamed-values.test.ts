import { describe, expect, test } from "vitest";
import {
  type BlobStreams,
  Cache,
  type CacheBackend,
  type EncodedStream,
  MemoryCache,
  type StreamedValue,
  streamedValueSymbol,
  type ValueCodec,
} from "../../src/index.js";
import { simpleBackend } from "../conformance/simple-backend.js";
import { backendWith } from "./backend-with.js";
import { deferred } from "./deferred.js";
import { listeningCache } from "./listening-cache.js";

/** Lines that come one after the other; stored as text. */
class Lines implements StreamedValue<string[]> {
  begun = 0;
  constructor(readonly lines: AsyncIterable<string>) {}
  async [streamedValueSymbol]() {
    return (await text(this.lines)).split("\n").slice(0, -1);
  }
}

async function text(lines: AsyncIterable<string>): Promise<string> {
  let all = "";
  for await (const line of lines) all += `${line}\n`;
  return all;
}

const linesCodec: ValueCodec = {
  name: "test.lines.1",
  accepts: (value) =>
    value instanceof Lines || (Array.isArray(value) && value.every((line) => typeof line === "string")),
  async encode(value) {
    if (!(value instanceof Lines))
      return { bytes: new TextEncoder().encode((value as string[]).map((l) => `${l}\n`).join("")) };
    const bytes = new TextEncoder().encode(await text(value.lines));
    return { bytes, details: { collected: true } };
  },
  encodeStream(value): EncodedStream | undefined {
    if (!(value instanceof Lines)) return undefined;
    let count = 0;
    async function* chunks() {
      for await (const line of (value as Lines).lines) {
        count++;
        yield new TextEncoder().encode(`${line}\n`);
      }
    }
    value.begun++;
    return { chunks: chunks(), details: () => ({ lines: count }) };
  },
  async decode(source) {
    return new TextDecoder()
      .decode(await source.slice(0))
      .split("\n")
      .slice(0, -1);
  },
};

async function* lines(count: number, failure?: Error): AsyncGenerator<string> {
  for (let i = 0; i < count; i++) yield `line ${i} ${"x".repeat(200)}`;
  if (failure !== undefined) throw failure;
}

const count = 2000; // 400 KB: more than is kept in one piece anywhere
async function expected() {
  return (await text(lines(count))).split("\n").slice(0, -1);
}

const backends: [string, () => CacheBackend][] = [
  ["with streams", () => new MemoryCache()],
  ["without", () => simpleBackend()],
];

describe.each(backends)("on a backend %s", (_, make) => {
  const codecs = [linesCodec];

  test("a value that is a stream is stored whole, with the facts that are known at its end", async () => {
    const { cache, told } = listeningCache({ backend: make(), codecs });
    const outcome = await cache.set("k", new Lines(lines(count)), { tags: ["t"], ttlSeconds: 60, origin: "me" });
    expect(outcome).toMatchObject({
      stored: true,
      record: { codec: "test.lines.1", details: { lines: count }, tags: ["t"], origin: "me" },
    });
    const entry = (await cache.entry("k"))!;
    expect(entry.record).toEqual(outcome.stored && outcome.record);
    expect(entry.record.expiresAt).toBe(entry.record.createdAt + 60_000);
    await entry.close();
    expect(await cache.get("k")).toEqual(await expected());
    expect(told()).toEqual(["set k", "hit k", "hit k"]);
  });

  test("a stream that fails makes set fail with the same error, stores nothing, and leaves what was there", async () => {
    for (const before of [undefined, ["before"]]) {
      const { cache, told } = listeningCache({ backend: make(), codecs });
      if (before !== undefined) await cache.set("k", before);
      told();
      for (const after of [0, 3, count]) {
        const failure = new Error("the source broke");
        await expect(cache.set("k", new Lines(lines(after, failure)))).rejects.toBe(failure);
        await expect(cache.getOrSet("other", () => new Lines(lines(after, failure)))).rejects.toBe(failure);
      }
      expect(await cache.get("k")).toEqual(before);
      expect(await cache.has("other")).toBe(false);
      expect(told().filter((event) => event.startsWith("set"))).toEqual([]);
    }
  });

  test("getOrSet gives back what it stored of a stream, to each caller a value of its own", async () => {
    const { cache, told } = listeningCache({ backend: make(), codecs });
    let runs = 0;
    const compute = () => {
      runs++;
      return new Lines(lines(count)) as unknown as string[];
    };
    const [first, second] = await Promise.all([cache.getOrSet("k", compute), cache.getOrSet("k", compute)]);
    expect(first).toEqual(await expected());
    expect(second).toEqual(first);
    expect(second).not.toBe(first);
    expect(runs).toBe(1);
    expect(told()).toEqual(["miss k", "miss k", "set k"]);
    expect(await cache.getOrSet("k", compute)).toEqual(first);
    expect(runs).toBe(1);
  });

  test("what was written under the key while a stream ran is not undone by getOrSet", async () => {
    const { cache } = listeningCache({ backend: make(), codecs });
    const gate = deferred<void>();
    const reached = deferred<void>();
    async function* slow() {
      yield "slow";
      reached.resolve();
      await gate.promise;
    }
    const computing = cache.getOrSet("k", () => new Lines(slow()) as unknown as string[]);
    await reached.promise;
    await cache.set("k", ["meanwhile"]);
    gate.resolve();
    expect(await computing).toEqual(["meanwhile"]);
    expect(await cache.get("k")).toEqual(["meanwhile"]);
  });

  test("a stream that was asked to be stored takes its place when it has ended", async () => {
    const { cache } = listeningCache({ backend: make(), codecs });
    const gate = deferred<void>();
    async function* slow() {
      yield "slow";
      await gate.promise;
    }
    const setting = cache.set("k", new Lines(slow()));
    await cache.set("k", ["meanwhile"]);
    expect(await cache.get("k")).toEqual(["meanwhile"]);
    gate.resolve();
    await setting;
    expect(await cache.get("k")).toEqual(["slow"]);
  });

  test("memoize and setMany take streams too", async () => {
    const { cache } = listeningCache({ backend: make(), codecs });
    await cache.setMany([
      ["a", new Lines(lines(2))],
      ["b", new Lines(lines(3))],
    ]);
    expect((await cache.get<string[]>("a"))?.length).toBe(2);
    expect((await cache.get<string[]>("b"))?.length).toBe(3);
  });
});

test("no more of a stream is asked for than the backend takes", async () => {
  const inner = new MemoryCache();
  let ahead = 0;
  let most = 0;
  const backend = backendWith(inner, {
    async setBlobStream(key, chunks, record) {
      async function* counted() {
        for await (const chunk of chunks) {
          ahead--;
          yield chunk;
        }
      }
      return (inner as BlobStreams).setBlobStream(key, counted(), record);
    },
  });
  const cache = new Cache({ backend, codecs: [linesCodec] });
  async function* counting() {
    for await (const line of lines(count)) {
      most = Math.max(most, ++ahead);
      yield line;
    }
  }
  await cache.set("k", new Lines(counting()));
  expect(most).toBe(1);
});

test("a stream that no codec takes is not touched, and the warning names the package that takes it", async () => {
  const { cache, events } = listeningCache();
  const stream = new Lines(lines(3));
  expect(await cache.set("k", stream)).toMatchObject({ stored: false, reason: "uncacheable-value" });
  expect(events.at(-1)).toMatchObject({ message: expect.stringContaining("@larder/store-parquet") });
  expect(await cache.getOrSet("k", () => stream)).toBe(stream);
  expect(await stream[streamedValueSymbol]()).toHaveLength(3);
});

test.each([true, false])(
  "when nobody waits for it any more, a stream is stored unless it heeds the signal: %s",
  async (heeds) => {
    const { cache } = listeningCache({ codecs: [linesCodec] });
    const controller = new AbortController();
    const asking = cache.getOrSet(
      "k",
      ({ signal }) => {
        async function* abandoned() {
          yield "first";
          controller.abort(new Error("enough"));
          await new Promise(setImmediate);
          if (heeds) signal.throwIfAborted();
          yield "last";
        }
        return new Lines(abandoned());
      },
      { signal: controller.signal },
    );
    await expect(asking).rejects.toThrow("enough");
    for (let turn = 0; turn < 50; turn++) await new Promise(setImmediate);
    expect(await cache.get("k")).toEqual(heeds ? undefined : ["first", "last"]);
  },
);

test("add takes a stream by collecting it", async () => {
  const { cache } = listeningCache({ codecs: [linesCodec] });
  expect(await cache.add("k", new Lines(lines(5)))).toMatchObject({ stored: true, record: { details: { lines: 5 } } });
  expect(await cache.add("k", new Lines(lines(6)))).toMatchObject({ stored: false, reason: "present" });
  expect((await cache.get<string[]>("k"))?.length).toBe(5);
});

test("a stream can't be stored within a transaction, and the error names its codec", async () => {
  const { cache } = listeningCache({ codecs: [linesCodec] });
  const storing = cache.transaction((view) => view.set("k", new Lines(lines(5))));
  await expect(storing).rejects.toMatchObject({ code: "asynchronous-codec" });
});

test("a backend that fails at a stream makes getOrSet fail, for the value is lost with it", async () => {
  const backend = backendWith(new MemoryCache(), {
    setBlobStream: async () => {
      throw new Error("no room");
    },
  });
  const { cache } = listeningCache({ backend, codecs: [linesCodec] });
  await expect(cache.getOrSet("k", () => new Lines(lines(5)))).rejects.toMatchObject({ code: "backend-failed" });
  expect(await cache.has("k")).toBe(false);
});
