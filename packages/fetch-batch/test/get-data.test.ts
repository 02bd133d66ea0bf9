import { readdirSync, statSync } from "node:fs";
import { join } from "node:path";
import { inspect } from "node:util";
import { describe, expect, test } from "vitest";
import { DataNotFoundError, getData, type ProgressEvent } from "../src/index.js";
import { countingFetcher, rowFetcher } from "./support/counting-fetcher.js";
import { from } from "./support/from.js";
import { openCache } from "./support/open-cache.js";

describe("what is cached", () => {
  test("is known cell by cell: an id whose row is cached without a column is fetched for that column", async () => {
    const cache = openCache();
    const fetcher = countingFetcher((ids, { columns }) =>
      ids.map((id) => Object.fromEntries(columns.map((column) => [column, column === "id" ? id : `${column}${id}`]))),
    );
    const request = { table: "shop.items", fetcher, cache };
    await getData({ ...request, ids: from(1, 11), columns: ["a"] });
    await getData({ ...request, ids: from(6, 16), columns: ["b"] });
    const both = await getData({ ...request, ids: from(1, 16), columns: ["a", "b"] });
    expect(both.toRows()).toEqual(from(1, 16).map((id) => ({ id, a: `a${id}`, b: `b${id}` })));
    expect(fetcher.queries[2]!.ids).toEqual([...from(1, 6), ...from(11, 16)]);
    await getData({ ...request, ids: from(1, 16), columns: ["b", "a"] });
    expect(fetcher.queries.length).toBe(3);
  });

  test("is null, absent, or never fetched: three different things", async () => {
    const cache = openCache();
    const fetcher = rowFetcher((id: number) => (id === 2 ? undefined : { id, a: id === 1 ? null : id }));
    const request = { table: "t", columns: ["a"], fetcher, cache, onMissing: "omit" } as const;
    const first = await getData({ ...request, ids: [1, 2, 3] });
    expect(first.toRows()).toEqual([
      { id: 1, a: null },
      { id: 3, a: 3 },
    ]);
    expect(first.missingIds).toEqual([2]);
    const second = await getData({ ...request, ids: [1, 2, 3, 4] });
    expect(second.toRows()).toEqual([
      { id: 1, a: null },
      { id: 3, a: 3 },
      { id: 4, a: 4 },
    ]);
    expect(second.missingIds).toEqual([2]);
    expect(fetcher.queries.map(({ ids }) => ids)).toEqual([[1, 2, 3], [4]]);
  });

  test("is asked for only where it is missing, if the fetcher heeds columns", async () => {
    const cache = openCache();
    const fetcher = countingFetcher((ids, { columns }) =>
      ids.map((id) => Object.fromEntries(columns.map((column) => [column, column === "id" ? id : `${column}${id}`]))),
    );
    const request = { table: "t", fetcher, cache, refetch: "missing-cells" } as const;
    await getData({ ...request, ids: [1, 2], columns: ["a"] });
    await getData({ ...request, ids: [2, 3], columns: ["b"] });
    const answer = await getData({ ...request, ids: [1, 2, 3, 4], columns: ["a", "b"] });
    expect(answer.toRows()).toEqual([1, 2, 3, 4].map((id) => ({ id, a: `a${id}`, b: `b${id}` })));
    const asked = fetcher.queries.slice(2).map(({ ids, columns }) => `${columns}:${ids}`);
    expect(asked.sort()).toEqual(["id,a,b:4", "id,a:3", "id,b:1"]);
  });

  test("lasts as long as ttlMs says, and ids without a row as long as absentTtlMs says", async () => {
    let now = 1_000_000;
    const clock = { now: () => now, monotonic: () => now };
    const cache = openCache();
    let value = "old";
    const fetcher = rowFetcher((id: number) => (id === 9 ? undefined : { id, a: value }));
    const request = { table: "t", ids: [1, 9], columns: ["a"], fetcher, cache, clock, onMissing: "omit" } as const;
    const lasting = { ttlMs: 1000, absentTtlMs: 100 };
    await getData({ ...request, ...lasting });
    value = "new";
    now += 99;
    expect((await getData({ ...request, ...lasting })).toRows()).toEqual([{ id: 1, a: "old" }]);
    expect(fetcher.queries.length).toBe(1);
    now += 1;
    await getData({ ...request, ...lasting });
    expect(fetcher.queries[1]!.ids).toEqual([9]);
    now += 900;
    expect((await getData({ ...request, ...lasting })).toRows()).toEqual([{ id: 1, a: "new" }]);
  });

  test("counts only with the version it was fetched with", async () => {
    const cache = openCache();
    let value = 0;
    const fetcher = rowFetcher((id: number) => ({ id, a: ++value }));
    const request = { table: "t", ids: [1], columns: ["a"], fetcher, cache };
    expect((await getData(request)).toRows()).toEqual([{ id: 1, a: 1 }]);
    expect((await getData({ ...request, version: "2" })).toRows()).toEqual([{ id: 1, a: 2 }]);
    expect((await getData({ ...request, version: "2" })).toRows()).toEqual([{ id: 1, a: 2 }]);
    expect((await getData(request)).toRows()).toEqual([{ id: 1, a: 3 }]);
  });

  test("is passed by with refresh, and replaced", async () => {
    const cache = openCache();
    let value = 0;
    const fetcher = rowFetcher((id: number) => ({ id, a: ++value }));
    const request = { table: "t", ids: [1], columns: ["a"], fetcher, cache };
    await getData(request);
    expect((await getData({ ...request, refresh: true })).toRows()).toEqual([{ id: 1, a: 2 }]);
    expect((await getData(request)).toRows()).toEqual([{ id: 1, a: 2 }]);
  });

  test("of tables with like names is kept apart, and never outside of the directory", async () => {
    const cache = openCache();
    const tables = [
      "a_b.c",
      "a.b_c",
      "a.b.c",
      "a",
      "A",
      "../../x",
      "..",
      ".",
      "a/b",
      "a\\b",
      "con",
      "ä",
      "x".repeat(300),
      "\u0000",
      " ",
      "%61",
    ];
    for (const table of tables) {
      const fetcher = rowFetcher((id: number) => ({ id, name: table }));
      await getData({ table, ids: [1], columns: ["name"], fetcher, cache });
    }
    const none = countingFetcher(() => {
      throw new Error("asked");
    });
    for (const table of tables) {
      const answer = await getData({ table, ids: [1], columns: ["name"], fetcher: none, cache });
      expect(answer.toRows()).toEqual([{ id: 1, name: table }]);
    }
    const within = readdirSync(join(cache.directory, "..")).filter((name) => name === "x");
    expect(within).toEqual([]);
    expect(statSync(join(cache.directory, "datasets")).isDirectory()).toBe(true);
  });
});

describe("an answer", () => {
  test("has rows in the order of the ids, repeated as they are, the id column first", async () => {
    const cache = openCache();
    const fetcher = rowFetcher((id: number) => ({ a: id * 2, key: id }));
    const request = { table: "t", idColumn: "key", ids: [5, -1, 5, 3, 3], columns: ["a", "key", "a"], fetcher, cache };
    for (const _ of ["fetched", "cached"]) {
      const { table, toColumns, toRows } = await getData(request);
      expect(table.schema.fields.map(({ name }) => name)).toEqual(["key", "a"]);
      expect(toRows()).toEqual([5, -1, 5, 3, 3].map((key) => ({ key, a: key * 2 })));
      expect(toColumns()).toEqual({ key: BigInt64Array.of(5n, -1n, 5n, 3n, 3n), a: Int32Array.of(10, -2, 10, 6, 6) });
    }
    expect(fetcher.queries.map(({ ids }) => ids)).toEqual([[-1, 3, 5]]);
  });

  test("to no ids is an empty table with the types that are known, and asks nothing", async () => {
    const cache = openCache();
    const fetcher = rowFetcher((id: number) => ({ id, a: 1.5 }));
    const empty = await getData({ table: "t", ids: [], columns: ["a"], fetcher, cache });
    expect(empty.table.numRows).toBe(0);
    expect(empty.table.schema.fields.map(({ name, type }) => `${name} ${type}`)).toEqual(["id Int64", "a Null"]);
    await getData({ table: "t", ids: [1], columns: ["a"], fetcher, cache });
    const { table, toRows } = await getData({ table: "t", ids: [], columns: ["a"], fetcher, cache });
    expect(table.schema.fields.map(({ type }) => String(type))).toEqual(["Int64", "Float64"]);
    expect(toRows()).toEqual([]);
    const named = await getData({ table: "new", ids: [], columns: ["a"], schema: { a: "float64" }, fetcher, cache });
    expect(String(named.table.schema.fields[1]!.type)).toBe("Float64");
    expect(fetcher.queries.length).toBe(1);
  });

  test("keeps ids of the whole range of 64 bits, which fetchers get as numbers where those are exact", async () => {
    const cache = openCache();
    const fetcher = rowFetcher((id: number | bigint) => ({ id: String(id), a: String(id) }));
    const ids = [0, -1, 2 ** 53 - 1, 2n ** 53n, -(2n ** 63n), 2n ** 63n - 1n, 5n];
    const request = { table: "t", ids, columns: ["a"], fetcher, cache };
    for (const _ of ["fetched", "cached"]) {
      const rows = (await getData(request)).toRows();
      expect(rows.map(({ a }) => a)).toEqual(ids.map(String));
      expect(rows.map(({ id }) => id)).toEqual([0, -1, 2 ** 53 - 1, 2n ** 53n, -(2n ** 63n), 2n ** 63n - 1n, 5]);
    }
    expect(fetcher.queries[0]!.ids).toEqual([-(2n ** 63n), -1, 0, 5, 2 ** 53 - 1, 2n ** 53n, 2n ** 63n - 1n]);
  });

  test("has text ids where that is said", async () => {
    const cache = openCache();
    const ids = ["b", "ä", "", "B", "😀", "b"];
    const fetcher = rowFetcher((id: string) => ({ id, a: id.length }));
    const request = { table: "t", ids, idKind: "text", columns: ["a"], fetcher, cache } as const;
    for (const _ of ["fetched", "cached"]) {
      expect((await getData(request)).toRows()).toEqual(ids.map((id) => ({ id, a: id.length })));
    }
    expect(fetcher.queries.length).toBe(1);
  });

  test("has every value as it was fetched, from memory and from disk", async () => {
    const cache = openCache();
    const row = {
      id: 1,
      int: 7,
      float: -0,
      nan: Number.NaN,
      big: 2n ** 62n,
      text: "ä😀\u0000",
      yes: true,
      none: null,
      at: new Date("2024-02-29T12:00:00.001Z"),
      bytes: Uint8Array.of(0, 255),
      json: { a: [1, { b: 2n ** 60n }] },
      list: [],
    };
    const { id: _, ...rest } = row;
    const fetcher = countingFetcher(() => [row]);
    const request = { table: "t", ids: [1], columns: Object.keys(rest), fetcher, cache };
    expect((await getData(request)).toRows()).toEqual([row]);
    expect((await getData(request)).toRows()).toEqual([row]);
    expect(fetcher.queries.length).toBe(1);
  });

  test("reports what it has cost", async () => {
    const cache = openCache();
    const fetcher = rowFetcher((id: number) => (id % 10 === 0 ? undefined : { id, a: id, b: null }));
    const request = { table: "t", columns: ["a", "b"], fetcher, cache, batchSize: 40, onMissing: "omit" } as const;
    const { report, missingIds } = await getData({ ...request, ids: from(0, 100) });
    expect(report).toMatchObject({
      queries: 3,
      batches: 3,
      retries: 0,
      idsFetched: 100,
      rowsFetched: 90,
      cellsFetched: 180,
      rowsStored: 90,
      idsFromCache: 0,
    });
    expect(report.peakMegabytes).toBeGreaterThan(1);
    expect(inspect({ report })).toMatch(/idsFromCache: 0\b/);
    expect(missingIds.length).toBe(10);
    expect((await getData({ ...request, ids: from(50, 150) })).report).toMatchObject({
      idsFetched: 50,
      idsFromCache: 50,
    });
  });

  test("without columns tells which ids there are, and asks for them once", async () => {
    const cache = openCache();
    const fetcher = rowFetcher((id: number) => (id === 2 ? undefined : { id }));
    const request = { table: "t", ids: [1, 2, 3], columns: ["id"], fetcher, cache, onMissing: "omit" } as const;
    for (const _ of ["fetched", "cached"]) {
      const { toRows, missingIds } = await getData(request);
      expect([toRows(), missingIds]).toEqual([[{ id: 1 }, { id: 3 }], [2]]);
    }
    expect(fetcher.queries.length).toBe(1);
  });
});

describe("ids without a row", () => {
  test("are a DataNotFoundError that lists them; what was found is stored", async () => {
    const cache = openCache();
    const fetcher = rowFetcher((id: number) => (id > 2 ? undefined : { id, a: id }));
    const request = { table: "shop.items", columns: ["a"], fetcher, cache };
    const error = await getData({ ...request, ids: [4, 1, 3, 2, 3] }).catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(DataNotFoundError);
    expect(error).toMatchObject({ code: "data-not-found", ids: [3, 4], table: "shop.items" });
    await expect(getData({ ...request, ids: [3] })).rejects.toMatchObject({ ids: [3] });
    expect((await getData({ ...request, ids: [1, 2] })).toRows().length).toBe(2);
    expect(fetcher.queries.length).toBe(1);
  });

  test("are left out and listed with omit", async () => {
    const cache = openCache();
    const fetcher = rowFetcher((id: number) => (id > 2 ? undefined : { id, a: id }));
    const answer = await getData({
      table: "t",
      ids: [4, 2, 3, 1, 2, 3],
      columns: ["a"],
      fetcher,
      cache,
      onMissing: "omit",
    });
    expect(answer.toRows()).toEqual([2, 1, 2].map((id) => ({ id, a: id })));
    expect(answer.missingIds).toEqual([3, 4]);
  });
});

describe("progress", () => {
  test("is told before the first batch and after each", async () => {
    let now = 0;
    const clock = { now: () => 1_000_000 + now, monotonic: () => now };
    const events: ProgressEvent[] = [];
    const fetcher = countingFetcher((ids) => {
      now += 100;
      return ids.map((id) => ({ id, a: 1 }));
    });
    const request = { table: "t", columns: ["a"], fetcher, cache: openCache(), clock, concurrency: 1 };
    await getData({ ...request, ids: from(0, 250), onProgress: (event) => events.push(event) });
    expect(events.map(({ batchesDone, rowsDone }) => [batchesDone, rowsDone])).toEqual([
      [0, 0],
      [1, 100],
      [2, 200],
      [3, 250],
    ]);
    for (const event of events)
      expect(event).toMatchObject({ table: "t", batchesTotal: 3, rowsTotal: 250, batchSize: 100 });
    expect(events[0]).toMatchObject({ elapsedMs: 0, remainingMs: undefined, rowsPerSecond: 0 });
    expect(events[2]).toMatchObject({ elapsedMs: 200, remainingMs: 50, rowsPerSecond: 1000 });
    expect(events[3]).toMatchObject({ remainingMs: 0 });
    await getData({ ...request, ids: from(0, 250), onProgress: () => expect.unreachable() });
  });
});
