import * as arrow from "apache-arrow";
import { describe, expect, test } from "vitest";
import { getData } from "../src/index.js";
import { countingFetcher, rowFetcher } from "./support/counting-fetcher.js";
import { openCache } from "./support/open-cache.js";

describe("types", () => {
  test("of a column widen where that is exact, whatever came first", async () => {
    const cache = openCache();
    const values: Record<number, unknown> = { 1: 5, 2: null, 3: 2 ** 40, 4: 0.5 };
    const fetcher = rowFetcher((id: number) => ({ id, a: values[id] }));
    const request = { table: "t", columns: ["a"], fetcher, cache };
    for (const id of [2, 1, 3, 4]) await getData({ ...request, ids: [id] });
    const answer = await getData({ ...request, ids: [1, 2, 3, 4] });
    expect(answer.toRows().map(({ a }) => a)).toEqual([5, null, 2 ** 40, 0.5]);
    expect(String(answer.table.schema.fields[1]!.type)).toBe("Float64");
  });

  test("that change otherwise are a ColumnTypeError, unless schema says what to make of it", async () => {
    const cache = openCache();
    const fetcher = rowFetcher((id: number) => ({ id, a: id === 1 ? 7 : "8" }));
    const request = { table: "t", columns: ["a"], fetcher, cache };
    await getData({ ...request, ids: [1] });
    await expect(getData({ ...request, ids: [1, 2] })).rejects.toMatchObject({ code: "column-type" });
    const answer = await getData({ ...request, ids: [1, 2], schema: { a: "text" } });
    expect(answer.toRows()).toEqual([
      { id: 1, a: "7" },
      { id: 2, a: "8" },
    ]);
    const numbers = await getData({ ...request, ids: [1, 2], schema: { a: "float64" }, refresh: true });
    expect(numbers.toRows()).toEqual([
      { id: 1, a: 7 },
      { id: 2, a: 8 },
    ]);
  });

  test("of texts and of JSON are never taken for each other", async () => {
    const rows = { 1: '{"x":1}', 2: { y: 2 } };
    const fetcher = rowFetcher((id: 1 | 2) => ({ id, a: rows[id] }));
    for (const [first, second] of [
      [1, 2],
      [2, 1],
    ] as const) {
      const request = { table: "t", columns: ["a"], fetcher, cache: openCache() };
      expect((await getData({ ...request, ids: [first] })).toRows()).toEqual([{ id: first, a: rows[first] }]);
      await expect(getData({ ...request, ids: [second] })).rejects.toMatchObject({ code: "column-type" });
      expect((await getData({ ...request, ids: [first] })).toRows()).toEqual([{ id: first, a: rows[first] }]);
    }
  });

  test("that nobody knows are refused by name", async () => {
    const fetcher = rowFetcher((id: number) => ({ id, a: 1 }));
    const request = { table: "t", ids: [1], columns: ["a"], fetcher, cache: openCache(), schema: { a: "flaot64" } };
    await expect(getData(request)).rejects.toMatchObject({ code: "unknown-type" });
  });

  test("in Arrow answers are kept", async () => {
    const cache = openCache();
    const fetcher = countingFetcher(() =>
      arrow.tableFromArrays({ id: Int32Array.of(1, 2), a: Float32Array.of(0.5, 1.5) }),
    );
    for (const _ of ["fetched", "cached"]) {
      const { table, toRows } = await getData({ table: "t", ids: [2, 1], columns: ["a"], fetcher, cache });
      expect(String(table.schema.fields[1]!.type)).toBe("Float32");
      expect(toRows()).toEqual([
        { id: 2, a: 1.5 },
        { id: 1, a: 0.5 },
      ]);
    }
  });
});

describe("dotted names", () => {
  test("reach into JSON, and are stored under their own names", async () => {
    const cache = openCache();
    const fetcher = rowFetcher((id: number) => ({
      id,
      vendor: { address: { city: `c${id}` } },
      items: JSON.stringify([{ sku: id }]),
    }));
    const columns = ["vendor.address.city", "items.0.sku", "vendor.none"];
    const request = { table: "t", ids: [2, 1], columns, fetcher, cache };
    for (const _ of ["fetched", "cached"]) {
      expect((await getData(request)).toRows()).toEqual(
        [2, 1].map((id) => ({ id, "vendor.address.city": `c${id}`, "items.0.sku": id, "vendor.none": null })),
      );
    }
    expect(fetcher.queries).toEqual([{ ids: [1, 2], table: "t", columns: ["id", "vendor", "items"] }]);
    const whole = await getData({ ...request, columns: ["vendor", "vendor.address.city"] });
    expect(whole.toRows()[0]).toEqual({ id: 2, vendor: { address: { city: "c2" } }, "vendor.address.city": "c2" });
    expect(fetcher.queries.length).toBe(2);
  });

  test("are real columns first, where the fetcher can tell", async () => {
    const cache = openCache();
    const fetcher = Object.assign(
      countingFetcher((ids) => ids.map((id) => ({ id, "a.b": { c: 1 }, a: { b: 2, x: 3 } }))),
      { columnsOf: async () => ["id", "a", "a.b"] },
    );
    const answer = await getData({ table: "t", ids: [1], columns: ["a.b.c", "a.x"], fetcher, cache });
    expect(answer.toRows()).toEqual([{ id: 1, "a.b.c": 1, "a.x": 3 }]);
    expect(fetcher.queries[0]!.columns).toEqual(["id", "a.b", "a"]);
    await expect(getData({ table: "t", ids: [1], columns: ["a.x", "z.y"], fetcher, cache })).rejects.toMatchObject({
      code: "column-not-found",
      columns: ["z.y"],
      available: ["a", "a.b", "id"],
    });
    expect(fetcher.queries.length).toBe(1);
  });
});
