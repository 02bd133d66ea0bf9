import { Cache, MemoryCache, streamedValueSymbol, type ValueCodec } from "@larder/core";
import { parquetCodec, type TableStreamOptions, tableStream } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import { describe, expect, test } from "vitest";
import { tableDifference } from "../support/table-difference.js";
import { batches, batchOf, numbers } from "./managed-cache.js";

const { schema } = numbers(1);

function cacheOf(backend: MemoryCache = new MemoryCache(), codec: ValueCodec<arrow.Table> = parquetCodec()) {
  return { backend, cache: new Cache({ backend, codecs: [codec as ValueCodec] }) };
}

/** A backend without streams. */
function collecting(): MemoryCache {
  const backend = new MemoryCache();
  Object.defineProperty(backend, "supports", { value: { ...backend.supports, streams: false } });
  return backend;
}

describe.each([
  ["takes streams", () => new MemoryCache()],
  ["takes none", collecting],
] as const)("a table stream in a cache whose backend %s", (_, make) => {
  test("is the table of its batches, with rows and columns in the record", async () => {
    for (const [count, rows] of [
      [0, 1],
      [1, 1],
      [7, 1000],
      [3, 60_000],
    ] as const) {
      const { cache } = cacheOf(make());
      const outcome = await cache.set("big", tableStream(schema, batches(count, rows), { rows: count * rows }));
      expect(outcome).toMatchObject({ stored: true, record: { details: { rows: count * rows, columns: 2 } } });
      const table = (await cache.get<arrow.Table>("big"))!;
      const expected = count === 0 ? new arrow.Table(schema) : numbers(count * rows);
      expect(tableDifference(expected, table)).toBeUndefined();
      const entry = (await cache.entry("big"))!;
      expect(
        await entry
          .table()
          .scan()
          .slice(Math.max(0, count * rows - 1))
          .toRows(),
      ).toHaveLength(Math.min(count, 1));
      await entry.close();
    }
  });

  test("may come as tables and batches of any size, from anything that can be iterated over", async () => {
    const { cache } = cacheOf(make());
    const parts = [batchOf(0, 5), numbers(0), numbers(100, 5), batchOf(105, 106)];
    await cache.set("big", tableStream(schema, parts));
    const table = (await cache.get<arrow.Table>("big"))!;
    expect(tableDifference(numbers(106), table)).toBeUndefined();
  });

  test.each<[string, () => ReturnType<typeof tableStream>, object]>([
    [
      "its source throws",
      () => tableStream(schema, batches(2, 1000, Object.assign(new Error("cut"), { code: "cut" }))),
      { code: "cut" },
    ],
    ["it ends early", () => tableStream(schema, batches(2, 1000), { rows: 2001 }), { code: "incomplete-stream" }],
    ["it goes on too long", () => tableStream(schema, batches(9, 1000), { rows: 2001 }), { code: "incomplete-stream" }],
    ["a batch has other columns", () => tableStream(schema, [batchOf(0, 3), other()]), { code: "schema-mismatch" }],
    [
      "it is null where it must not be",
      () => tableStream(required(), [withNull()]),
      { code: "null-in-required-column" },
    ],
    ["it was read before", spent, { code: "spent-stream" }],
  ])("stores nothing, and leaves what was there, when %s", async (_, stream, error) => {
    const { cache } = cacheOf(make());
    await cache.set("big", numbers(3));
    await expect(cache.set("big", stream())).rejects.toMatchObject(error);
    await expect(cache.getOrSet("other", stream)).rejects.toMatchObject(error);
    expect((await cache.get<arrow.Table>("big"))?.numRows).toBe(3);
    expect(await cache.has("other")).toBe(false);
  });

  test("is broken off by its signal, also while it waits, and its source is told", async () => {
    for (const when of ["before", "waiting", "at the end"] as const) {
      const { cache } = cacheOf(make());
      const controller = new AbortController();
      let ended = false;
      async function* source() {
        try {
          yield batchOf(0, 1000);
          if (when === "waiting") {
            setImmediate(() => controller.abort(new Error("enough")));
            await new Promise(() => {});
          }
          yield batchOf(1000, 1001);
          if (when === "at the end") controller.abort(new Error("enough"));
        } finally {
          ended = true;
        }
      }
      if (when === "before") controller.abort(new Error("enough"));
      const storing = cache.set("big", tableStream(schema, source(), { signal: controller.signal }));
      await expect(storing).rejects.toThrow("enough");
      expect(await cache.has("big")).toBe(false);
      if (when === "at the end") expect(ended).toBe(true);
    }
  });

  test("is given back by getOrSet as the table that was stored", async () => {
    const { cache } = cacheOf(make());
    const compute = () => tableStream(schema, batches(4, 500)) as unknown as arrow.Table;
    const [first, second] = await Promise.all([cache.getOrSet("k", compute), cache.getOrSet("k", compute)]);
    const expected = numbers(2000);
    expect(tableDifference(expected, first)).toBeUndefined();
    expect(tableDifference(expected, second)).toBeUndefined();
  });
});

test("the file of a stream is the same on each backend, and another table of the same rows has equal values", async () => {
  const codec = parquetCodec({ rowGroupRows: 1000 });
  const streamed = cacheOf(new MemoryCache(), codec);
  const collected = cacheOf(collecting(), codec);
  for (const { cache } of [streamed, collected]) await cache.set("k", tableStream(schema, batches(3, 900)));
  const [one, two] = await Promise.all([streamed, collected].map(({ backend }) => backend.getBlob("k")));
  expect(one!.record.checksum).toBe(two!.record.checksum);
  expect(one!.record.details).toEqual({ rows: 2700, columns: 2 });
});

test("a stream that can't be kept exactly is not begun, and the reason is told", async () => {
  const { cache } = cacheOf();
  const doubled = new arrow.Schema([schema.fields[0]!, schema.fields[0]!]);
  let begun = false;
  async function* source() {
    begun = true;
    yield batchOf(0, 1);
  }
  const outcome = await cache.set("k", tableStream(doubled, source()));
  expect(outcome).toMatchObject({ stored: false, message: expect.stringContaining("two columns named") });
  expect(begun).toBe(false);
});

test("a stream can be taken into memory instead", async () => {
  const table = await tableStream(schema, batches(4, 500))[streamedValueSymbol]();
  expect(tableDifference(numbers(2000), table)).toBeUndefined();
  expect((await tableStream(schema, [])[streamedValueSymbol]()).numRows).toBe(0);
  await expect(spent()[streamedValueSymbol]()).rejects.toMatchObject({ code: "spent-stream" });
});

test("what is no stream is refused when it is made", () => {
  for (const args of [
    [schema, 5],
    [undefined, []],
    [schema, [], { rows: -1 }],
    [schema, [], { rows: 1.5 }],
  ] as unknown as [arrow.Schema, [], TableStreamOptions?][]) {
    expect(() => tableStream(...args)).toThrow(expect.objectContaining({ code: "invalid-stream" }));
  }
});

function other(): arrow.Table {
  return arrow.tableFromArrays({ id: Int32Array.of(1), half: Float32Array.of(1) });
}

function required(): arrow.Schema {
  return new arrow.Schema([new arrow.Field("text", new arrow.Utf8(), false)]);
}

function withNull(): arrow.Table {
  return new arrow.Table({ text: arrow.vectorFromArray(["a", null, "c"], new arrow.Utf8()) });
}

function spent() {
  const stream = tableStream(schema, [batchOf(0, 1)]);
  void (async () => {
    for await (const _ of stream.batches()) break;
  })();
  return stream;
}
