import { Cache, MemoryCache } from "@larder/core";
import { CacheManager, type ItemValue, tableStream } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import { describe, expect, test } from "vitest";
import { tableDifference } from "../support/table-difference.js";
import { batches, batchOf, managed, numbers } from "./managed-cache.js";

const { schema } = numbers(1);

describe("a table written under a name", () => {
  test("is found as it was, whole, by column, by row, and in part", async () => {
    const { manager } = managed();
    expect(await manager.write("flights", numbers(1000), { tags: ["t"], origin: "load" })).toMatchObject({
      stored: true,
      record: { codec: "larder.parquet.1", details: { rows: 1000, columns: 2 }, tags: ["t"], origin: "load" },
    });
    const table = (await manager.get("flights"))!;
    expect(table).toMatchObject({ kind: "table", item: "flights", from: "cache", record: { tags: ["t"] } });
    expect(tableDifference(numbers(1000), await table.toArrow())).toBeUndefined();
    expect((await table.toColumns()).half?.[999]).toBe(499.5);
    expect((await table.toRows())[3]).toMatchObject({ id: 3, half: 1.5 });
    expect(await table.scan().select(["half"]).slice(10, 2).toRows()).toEqual([{ half: 5 }, { half: 5.5 }]);
    expect(table.bytesRead).toBeGreaterThan(0);
    await table.close();
    expect(await manager.get("others")).toBeUndefined();
    expect([...(await all(manager.items()))]).toEqual(["flights"]);
    expect(await manager.delete("flights")).toBe(true);
    expect(await manager.get("flights")).toBeUndefined();
  });

  test("may be an object of columns, or a stream", async () => {
    const { manager } = managed();
    await manager.write("columns", { id: Int32Array.of(1, 2), name: ["a", null] });
    expect(await (await manager.get("columns"))!.toRows()).toMatchObject([
      { id: 1, name: "a" },
      { id: 2, name: null },
    ]);
    await manager.write("stream", tableStream(schema, batches(3, 100)), { rows: 300 });
    expect(await (await manager.get("stream"))!.scan().count()).toBe(300);
  });

  test("has a name of any characters, apart from every other", async () => {
    const { manager } = managed();
    const names = ["a", "a/b", "a%b", "a%0025b", "{a}", "{b}", "ą", "\ud800", "\udc00", "\u0000", " ", "table:a"];
    for (const [i, name] of names.entries()) await manager.write(name, numbers(i + 1));
    for (const [i, name] of names.entries()) expect(await (await manager.get(name))!.scan().count()).toBe(i + 1);
    expect(new Set(await all(manager.items()))).toEqual(new Set(names));
    for (const name of ["", "x".repeat(1025), 5 as never]) {
      await expect(manager.write(name, numbers(1))).rejects.toMatchObject({ code: "invalid-item" });
    }
  });
});

const declared = new arrow.Schema([
  new arrow.Field("id", new arrow.Int32(), false),
  new arrow.Field("half", new arrow.Float64(), true),
]);

/** What the guards refuse, each with the code and a piece of the reason. */
const refusedValues: [string, () => ItemValue, object, string, string][] = [
  ["a missing column", () => numbers(3).select(["id"]), { schema: declared }, "schema-mismatch", '"half" is missing'],
  [
    "another type, and a column too many, each named",
    () => arrow.tableFromArrays({ id: Float32Array.of(1), half: Float64Array.of(1), more: Int8Array.of(1) }),
    { schema: declared },
    "schema-mismatch",
    'column "id" is Float32 instead of Int32; column "more" is not declared',
  ],
  [
    "another order of columns",
    () => numbers(3).select(["half", "id"]),
    { schema: declared },
    "schema-mismatch",
    "another order",
  ],
  ["a null where none may be", () => withNull(), { schema: declared }, "schema-mismatch", '"id" is null in row 2'],
  [
    "a null in a stream where none may be",
    () => tableStream(withNull().schema, [batchOf(0, 4), withNull()]),
    { schema: declared },
    "schema-mismatch",
    '"id" is null in row 6',
  ],
  ["too many rows", () => numbers(11), { maxRows: 10 }, "too-many-rows", "10 rows"],
  ["a stream of too many rows", () => tableStream(schema, batches(9, 3)), { maxRows: 10 }, "too-many-rows", "10 rows"],
  ["too many bytes", () => numbers(5000), { maxBytes: 20_000 }, "too-many-bytes", "20000 bytes"],
  [
    "a stream of too many bytes",
    () => tableStream(schema, batches(100, 5000)),
    { maxBytes: 20_000 },
    "too-many-bytes",
    "20000 bytes",
  ],
  ["columns of different lengths", () => ({ a: [1], b: [1, 2] }), {}, "unequal-columns", '"a" has 1'],
  ["mixed values", () => ({ a: [1, "x"] as never }), {}, "unsuitable-value", 'Column "a", row 1'],
  ["what is no table", () => [1, 2] as never, {}, "not-a-table", "an array"],
  ["an object with what is no column", () => ({ a: [1], b: 5 as never }), {}, "not-a-table", 'property "b"'],
  ["two columns of one name", () => doubled(), {}, "unstorable-table", "two columns named"],
  ["a table with fewer rows than it must have", () => numbers(3), { rows: 4 }, "incomplete-table", "3 rows"],
];

describe.each(refusedValues)("%s", (_, make, options, code, said) => {
  test("is refused with a warning, the run goes on, and nothing can be read under the name", async () => {
    const { manager, events } = managed();
    expect(await manager.write("item", make(), options)).toEqual({
      stored: false,
      code,
      reason: expect.stringContaining(said),
    });
    expect(events).toEqual([expect.objectContaining({ type: "warning", code, item: "item" })]);
    expect(await manager.get("item")).toBeUndefined();
    expect(manager.stats).toMatchObject({ refused: { [code]: 1 }, writes: 0, bytesWritten: 0 });
  });

  test("does not leave the table of before under the name, for that is another", async () => {
    const { manager } = managed();
    await manager.write("item", numbers(2));
    await manager.write("item", make(), options);
    expect(await manager.get("item")).toBeUndefined();
  });

  test("is an error in strict mode, and changes nothing", async () => {
    const { manager } = managed({ strict: true });
    await manager.write("item", numbers(2));
    await expect(manager.write("item", make(), options)).rejects.toMatchObject({ code });
    expect(await (await manager.get("item"))!.scan().count()).toBe(2);
    expect(manager.stats.refused).toEqual({ [code]: 1 });
  });
});

test("guards of the manager hold for each write, those of a write in their place", async () => {
  const { manager } = managed({ maxRows: 5, schema: declared, maxBytes: 1_000_000 });
  expect(await manager.write("a", numbers(6))).toMatchObject({ code: "too-many-rows" });
  expect(await manager.write("a", numbers(6), { maxRows: 6 })).toMatchObject({ stored: true });
  expect(await manager.write("b", { id: [1, 2], half: [0.5, null] })).toMatchObject({ stored: true });
  const written = await (await manager.get("b"))!.toArrow();
  expect(String(written.schema.fields[0]!.type)).toBe("Int32");
});

test("what is within the limits is stored whole, to the byte and the row", async () => {
  const { manager } = managed();
  const { record } = (await manager.write("item", numbers(5000))) as { record: { byteLength: number } };
  for (const table of [() => numbers(5000), () => tableStream(schema, batches(5, 1000))]) {
    const outcome = await manager.write("again", table(), { maxRows: 5000, maxBytes: record.byteLength + 1000 });
    expect(outcome).toMatchObject({ stored: true, record: { details: { rows: 5000, columns: 2 } } });
    expect(tableDifference(numbers(5000), await (await manager.get("again"))!.toArrow())).toBeUndefined();
  }
  const exact = { maxBytes: record.byteLength };
  expect(await manager.write("exact", numbers(5000), exact)).toMatchObject({ stored: true });
  expect(await manager.write("less", numbers(5000), { maxBytes: exact.maxBytes - 1 })).toMatchObject({ stored: false });
});

describe.each([false, true])("in strict mode: %s, a stream", (strict) => {
  test.each<[string, (signal: AbortController) => ItemValue, object]>([
    ["that throws", () => tableStream(schema, batches(2, 10, new Error("cut"))), { message: "cut" }],
    ["that ends early", () => tableStream(schema, batches(2, 10), { rows: 21 }), { code: "incomplete-stream" }],
    [
      "that is aborted",
      (controller) => {
        async function* source() {
          yield batchOf(0, 10);
          controller.abort(new Error("stopped"));
          yield batchOf(10, 20);
        }
        return tableStream(schema, source());
      },
      { message: "stopped" },
    ],
  ])("%s is an error, nothing of it can be read, and what was there stays", async (_, make, error) => {
    const { manager, events } = managed({ strict });
    const write = (item: string) => {
      const controller = new AbortController();
      return manager.write(item, make(controller), { signal: controller.signal });
    };
    await expect(write("new")).rejects.toMatchObject(error);
    expect(await manager.get("new")).toBeUndefined();
    await manager.write("old", numbers(3));
    await expect(write("old")).rejects.toMatchObject(error);
    expect(await (await manager.get("old"))!.scan().count()).toBe(3);
    expect(events).toEqual([]);
  });
});

test("a cache without a codec for tables refuses them, and says which package has it", async () => {
  const manager = new CacheManager({ cache: new Cache({ backend: new MemoryCache() }) });
  const outcome = await manager.write("item", numbers(1));
  expect(outcome).toMatchObject({ stored: false, code: "uncacheable-value" });
  expect(outcome.stored === false && outcome.reason).toContain("@larder/store-parquet");
});

test("what is stored under the key and is no table counts as a miss, with a warning", async () => {
  const { manager, cache, events } = managed();
  await cache.set("table:item", { plain: "data" });
  expect(await manager.get("item")).toBeUndefined();
  expect(events).toEqual([expect.objectContaining({ code: "not-a-table", item: "item" })]);
  expect(manager.stats).toMatchObject({ hits: 0, misses: 1 });
});

test("statistics are plain data, and count what was done", async () => {
  const { manager } = managed({ maxRows: 100 });
  await manager.write("a", numbers(10));
  await manager.write("b", numbers(101));
  const a = (await manager.get("a"))!;
  await manager.get("b");
  expect(manager.stats.bytesRead).toBe(0);
  await a.toArrow();
  const { bytesRead } = manager.stats;
  expect(bytesRead).toBeGreaterThan(0);
  await a.close();
  expect(JSON.parse(JSON.stringify(manager.stats))).toEqual({
    hits: 1,
    misses: 1,
    legacyHits: 0,
    migrated: 0,
    writes: 1,
    references: { written: 0, resolved: 0 },
    refused: { "too-many-rows": 1 },
    damaged: 0,
    bytesWritten: a.record!.byteLength,
    bytesRead,
  });
});

test("limits that are no numbers are refused", async () => {
  expect(() => managed({ maxRows: -1 })).toThrow(expect.objectContaining({ code: "invalid-option" }));
  const writing = managed().manager.write("a", numbers(1), { maxBytes: Number.NaN });
  await expect(writing).rejects.toMatchObject({ code: "invalid-option" });
});

function withNull(): arrow.Table {
  return new arrow.Table({
    id: arrow.vectorFromArray([1, 2, null], new arrow.Int32()),
    half: arrow.vectorFromArray([1, 2, 3], new arrow.Float64()),
  });
}

function doubled(): arrow.Table {
  const [batch] = numbers(2).batches;
  const twice = new arrow.Schema([schema.fields[0]!, schema.fields[0]!]);
  const [column] = batch!.data.children;
  const data = arrow.makeData({ type: new arrow.Struct(twice.fields), length: 2, children: [column!, column!] });
  return new arrow.Table(twice, [new arrow.RecordBatch(twice, data as never)]);
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}
