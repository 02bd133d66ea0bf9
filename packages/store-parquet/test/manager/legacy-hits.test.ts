import type { LegacyReader } from "@larder/store-parquet";
import type { Table } from "apache-arrow";
import * as arrow from "apache-arrow";
import { describe, expect, test } from "vitest";
import { tableDifference } from "../support/table-difference.js";
import { managed, numbers } from "./managed-cache.js";

/** A reader of tables in memory; one of undefined can't be read. */
function reader(name: string, tables: Record<string, Table | undefined>): LegacyReader & { asked: string[] } {
  const asked: string[] = [];
  return {
    name,
    asked,
    async *list() {
      for (const item of Object.keys(tables)) yield { item, origin: `${name}/${item}` };
    },
    async read(item) {
      asked.push(item);
      if (!(item in tables)) return undefined;
      const table = tables[item];
      if (table === undefined) throw new Error(`'${item}' is damaged`);
      return table;
    },
  };
}

describe("on a miss, legacy readers", () => {
  test("are asked in their order, and what one has is served and told of", async () => {
    const first = reader("files", { a: numbers(3) });
    const second = reader("hdf5", { a: numbers(9), b: numbers(4) });
    const { manager, events } = managed({ legacy: [first, second] });
    const a = (await manager.get("a"))!;
    expect(a).toMatchObject({ kind: "table", from: "legacy" });
    expect(a.record).toBeUndefined();
    expect(tableDifference(numbers(3), await a.toArrow())).toBeUndefined();
    expect(await a.scan().select(["id"]).slice(2).toRows()).toEqual([{ id: 2 }]);
    await a.close();
    expect((await (await manager.get("b"))!.toArrow()).numRows).toBe(4);
    expect(await manager.get("c")).toBeUndefined();
    expect(events).toEqual([
      { type: "legacy-hit", item: "a", reader: "files" },
      { type: "legacy-hit", item: "b", reader: "hdf5" },
    ]);
    expect(second.asked).toEqual(["b", "c"]);
    expect(manager.stats).toMatchObject({ hits: 0, legacyHits: 2, misses: 1, writes: 0 });
  });

  test("are not asked for what the cache has", async () => {
    const legacy = reader("files", { a: numbers(3) });
    const { manager } = managed({ legacy: [legacy] });
    await manager.write("a", numbers(5));
    expect((await (await manager.get("a"))!.toArrow()).numRows).toBe(5);
    expect(legacy.asked).toEqual([]);
  });

  test("that can't read what they have are passed over, with a warning", async () => {
    const { manager, events } = managed({
      legacy: [reader("one", { a: undefined }), reader("two", { a: numbers(2) })],
    });
    expect((await (await manager.get("a"))!.toArrow()).numRows).toBe(2);
    expect(events).toMatchObject([
      { type: "warning", code: "legacy-unreadable", item: "a", message: expect.stringContaining("'a' is damaged") },
      { type: "legacy-hit", reader: "two" },
    ]);
  });
});

describe("with migrateOnRead, a legacy table", () => {
  test("is stored, compared, and found in the cache from then on", async () => {
    const legacy = reader("files", { a: numbers(2000) });
    const { manager, events } = managed({ legacy: [legacy], migrateOnRead: true });
    const first = (await manager.get("a"))!;
    expect(first).toMatchObject({ from: "cache", record: { origin: "migrated by files" } });
    expect(tableDifference(numbers(2000), await first.toArrow())).toBeUndefined();
    expect(await manager.get("a")).toMatchObject({ from: "cache" });
    expect(legacy.asked).toEqual(["a"]);
    expect(events.map(({ type }) => type)).toEqual(["legacy-hit", "migrated"]);
    expect(manager.stats).toMatchObject({ legacyHits: 1, migrated: 1, writes: 1, hits: 1 });
  });

  test.each([false, true])("that the guards refuse is served all the same; strict: %s", async (strict) => {
    const { manager, events } = managed({
      legacy: [reader("files", { a: numbers(20) })],
      migrateOnRead: true,
      maxRows: 5,
      strict,
    });
    const table = (await manager.get("a"))!;
    expect(table.from).toBe("legacy");
    expect((await table.toArrow()).numRows).toBe(20);
    expect(events.map((event) => (event.type === "warning" ? event.code : event.type))).toContain("migration-failed");
    expect(manager.stats).toMatchObject({ migrated: 0, writes: 0 });
  });

  test("whose copy differs is served from the original, and the copy is deleted", async () => {
    const { manager, cache, backend, events } = managed({
      legacy: [reader("files", { a: numbers(20) })],
      migrateOnRead: true,
    });
    const set = cache.set.bind(cache);
    cache.set = (key, _, options) => set(key, numbers(20, 1), options);
    const table = (await manager.get("a"))!;
    expect(tableDifference(numbers(20), await table.toArrow())).toBeUndefined();
    expect(events).toContainEqual(expect.objectContaining({ code: "migration-failed" }));
    expect(await backend.getBlob("table:a")).toBeUndefined();
  });

  test("that can't be kept as Parquet is served whole", async () => {
    const type = new arrow.Interval(arrow.IntervalUnit.YEAR_MONTH);
    const table = new arrow.Table({
      span: arrow.makeVector(arrow.makeData({ type, length: 1, data: Int32Array.of(3, 0) } as never)),
    });
    const { manager } = managed({ legacy: [reader("files", { a: table as Table })], migrateOnRead: true });
    const found = (await manager.get("a"))!;
    expect((await found.toArrow()).numRows).toBe(1);
    await expect(found.scan().count()).rejects.toMatchObject({ code: "unstorable-table" });
  });
});
