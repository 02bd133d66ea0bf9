import { valueDigest } from "@larder/core";
import { openParquet } from "@larder/disk-cache";
import { tableStream } from "@larder/store-parquet";
import type { Table } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { wideTable } from "../tables/wide-table.js";
import { hotCache } from "./hot-cache.js";
import { someTable } from "./some-table.js";

const rows = 4000;
const table = someTable(rows);
const digest = valueDigest(table);

describe("a table that is stored cold", () => {
  test("becomes hot with its third read, and not before", async () => {
    const { cache, read, told, growthOf, recordOf, events } = hotCache();
    await cache.set("twice", table);
    await cache.set("thrice", someTable(rows, 2));
    expect(await recordOf("twice")).toMatchObject({ details: { rows, columns: 5, profile: "cold" } });
    await read("twice", 2);
    // Tables become hot one after the other: this one would come second.
    await read("thrice", 3);
    await told("table-made-hot");
    expect(await growthOf("thrice")).toBeGreaterThan(10_000);
    expect(await growthOf("twice")).toBeUndefined();
    await read("twice");
    await told("table-made-hot", "twice");
    const { details, byteLength } = (await recordOf("twice"))!;
    expect(details).toEqual({ rows, columns: 5, coldBytes: expect.any(Number) });
    expect(events.find((event) => event.type === "table-made-hot" && event.key === "twice")).toEqual({
      type: "table-made-hot",
      key: "twice",
      bytesBefore: details!.coldBytes,
      bytesAfter: byteLength,
      seconds: expect.any(Number),
    });
  });

  test("has the same value afterwards, and all else of its record, in a sound cache", async () => {
    const { cache, backend, time, read, told, recordOf, files } = hotCache();
    const options = {
      ttlSeconds: 1000,
      staleSeconds: 50,
      tags: ["a", "b"],
      costSeconds: 12.5,
      origin: "flights/clean",
      priority: 7,
      valueDigest: digest,
    };
    await cache.set("table", table, options);
    const before = (await recordOf("table"))!;
    await read("table", 3);
    await told("table-made-hot");
    const { byteLength, checksum, details, ...after } = (await recordOf("table"))!;
    expect({ ...after, byteLength: 0, checksum: "", details: {} }).toEqual({
      ...before,
      byteLength: 0,
      checksum: "",
      details: {},
    });
    expect(checksum).not.toBe(before.checksum);
    const again = (await cache.get<Table>("table"))!;
    expect(valueDigest(again)).toBe(digest);
    expect(again.schema.metadata.get("seed")).toBe("1");
    expect(again.schema.fields[1]!.metadata.get("unit")).toBe("minutes");
    for (const tag of ["a", "b"]) {
      for await (const key of cache.taggedKeys({ allTags: [tag] })) expect(key).toBe("table");
    }
    expect(await cache.evict({ anyTags: ["none"] })).toBe(0);
    expect((await backend.check()).problems).toEqual([]);
    expect((await backend.check()).notes).toEqual([]);
    expect(files("tables")).toHaveLength(1);
    time.now += 1_000_001;
    expect(await cache.get("table")).toBeUndefined();
  });

  test("is plain Parquet, of no compression and of the same rows", async () => {
    const { cache, backend, read, told } = hotCache();
    await cache.set("table", table);
    await read("table", 3);
    await told("table-made-hot");
    const blob = (await backend.getBlob("table"))!;
    const hot = (await openParquet(blob.source).scan().toArrow()) as Table;
    expect(valueDigest(hot)).toBe(digest);
    // A value that compression would hide stands in the file as it is.
    const bytes = Buffer.from(await blob.source.slice(0));
    expect(bytes.includes(Buffer.from(BigInt64Array.from({ length: 4 }, (_, i) => BigInt(i + 1000)).buffer))).toBe(
      true,
    );
    await blob.close!();
  });

  test.each([
    ["no rows", someTable(0)],
    ["one row", someTable(1)],
  ])("may have %s", async (_, few) => {
    const { cache, read, told } = hotCache();
    await cache.set("few", few);
    await read("few", 3);
    await told("table-made-hot");
    expect(valueDigest(await cache.get("few"))).toBe(valueDigest(few));
  });

  test("may have come as a stream", async () => {
    const { cache, read, told, recordOf } = hotCache();
    await cache.set("stream", tableStream(table.schema, table.batches));
    expect((await recordOf("stream"))!.details).toEqual({ rows, columns: 5, profile: "cold" });
    await read("stream", 3);
    await told("table-made-hot");
    expect(valueDigest(await cache.get("stream"))).toBe(digest);
  });

  test("is counted when its bytes are read, and not when it is only looked at", async () => {
    const { cache, read, told, growthOf } = hotCache();
    await cache.set("looked at", table);
    await cache.set("other", table);
    for (let i = 0; i < 10; i++) {
      expect(await cache.has("looked at")).toBe(true);
      await (await cache.entry("looked at"))!.close();
    }
    for await (const [, entry] of cache.entries()) expect(entry.record.details?.rows).toBe(rows);
    await read("other", 3);
    await told("table-made-hot", "other");
    expect(await growthOf("looked at")).toBeUndefined();
  });

  test("is counted once for each entry that is read in part", async () => {
    const { cache, read, told, growthOf } = hotCache();
    await cache.set("parts", table);
    await cache.set("other", table);
    const entry = (await cache.entry("parts"))!;
    for (let i = 0; i < 5; i++)
      await entry
        .table()
        .scan()
        .slice(i * 100, 10)
        .toColumns();
    await entry.close();
    await read("other", 3);
    await told("table-made-hot", "other");
    expect(await growthOf("parts")).toBeUndefined();
    await read("parts", 2);
    await told("table-made-hot", "parts");
  });

  test("can be one of several keys that share their bytes: each becomes hot by its own reads", async () => {
    const { cache, backend, read, told, files, growthOf } = hotCache();
    await cache.set("one", table);
    await cache.set("other", table);
    expect(files("tables")).toHaveLength(1);
    await read("one", 3);
    await told("table-made-hot", "one");
    expect(await growthOf("other")).toBeUndefined();
    expect(files("tables")).toHaveLength(2);
    await read("other", 3);
    await told("table-made-hot", "other");
    expect(valueDigest(await cache.get("other"))).toBe(digest);
    expect((await backend.check()).problems).toEqual([]);
    expect(files("tables")).toHaveLength(1);
  });
});

describe("left as they are", () => {
  test("are tables that were stored hot, and values that are no tables", async () => {
    const { cache, read, recordOf, events } = hotCache({ parquet: { profile: "hot" } });
    await cache.set("hot", table);
    await cache.set("text", "x".repeat(100_000));
    const cold = hotCache();
    await cold.cache.set("cold", table);
    await read("hot", 5);
    await read("text", 5);
    await cold.read("cold", 3);
    await cold.told("table-made-hot");
    expect(events.filter(({ type }) => type === "table-made-hot")).toEqual([]);
    expect((await recordOf("hot"))!.details).toEqual({ rows, columns: 5 });
  });

  test("are tables that lie in the index", async () => {
    const { cache, read, told, growthOf } = hotCache({ inlineLimitBytes: 65_536 });
    await cache.set("small", someTable(10));
    await cache.set("large", wideTable(20_000));
    await read("small", 5);
    await read("large", 3);
    await told("table-made-hot", "large");
    expect(await growthOf("small")).toBeUndefined();
  });
});

test.each([
  [{ reads: 0 }, "hotTables.reads must be a whole number of at least 1, not 0"],
  [{ reads: 1.5 }, "hotTables.reads"],
  [{ budgetBytes: -1 }, "hotTables.budgetBytes must be a number of bytes of at least 0"],
  [{ budgetBytes: Number.NaN }, "hotTables.budgetBytes"],
])("%o is refused", (hotTables, message) => {
  expect(() => hotCache({ hotTables })).toThrow(message);
});
