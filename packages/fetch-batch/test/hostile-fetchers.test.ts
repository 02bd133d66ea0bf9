import type { CacheWarning } from "@larder/core";
import { describe, expect, test } from "vitest";
import { type Fetcher, getData } from "../src/index.js";
import { countingFetcher, rowFetcher } from "./support/counting-fetcher.js";
import { failureOf } from "./support/failure-of.js";
import { from } from "./support/from.js";
import { openCache } from "./support/open-cache.js";
import { testPace } from "./support/test-pace.js";

describe("a fetcher that answers wrongly", () => {
  test("with rows that nobody asked for: they are left out with a warning, and never stored", async () => {
    const cache = openCache();
    const warnings: CacheWarning[] = [];
    const fetcher = countingFetcher((ids) => [...new Set([...ids, 777, 778])].map((id) => ({ id, a: 1 })));
    const request = {
      table: "t",
      columns: ["a"],
      fetcher,
      cache,
      onWarning: (one: CacheWarning) => warnings.push(one),
    };
    const answer = await getData({ ...request, ids: [1] });
    expect(answer.toRows()).toEqual([{ id: 1, a: 1 }]);
    expect(warnings).toMatchObject([{ code: "unasked-rows", facts: { rows: 2, example: 777 } }]);
    await getData({ ...request, ids: [777] });
    expect(fetcher.queries.length).toBe(2);
  });

  test("with text ids in another spelling: what is not found is not remembered as absent", async () => {
    const cache = openCache();
    const fetcher = countingFetcher((ids) => (ids as string[]).map((id) => ({ id: id.toLowerCase(), a: 1 })));
    const request = { table: "t", idKind: "text", columns: ["a"], fetcher, cache, onMissing: "omit" } as const;
    expect((await getData({ ...request, ids: ["A", "b"] })).missingIds).toEqual(["A"]);
    await getData({ ...request, ids: ["A", "b"] });
    expect(fetcher.queries.map(({ ids }) => ids)).toEqual([["A", "b"], ["A"]]);
  });

  test("with an id twice, a row without id, a null id, a fractional id, or no rows at all: the batch fails, and is not tried again", async () => {
    const answers: [string, unknown][] = [
      [
        "duplicate-id",
        [
          { id: 1, a: 1 },
          { id: 1, a: 2 },
        ],
      ],
      ["invalid-row", [{ a: 1 }]],
      ["invalid-row", [{ id: null, a: 1 }]],
      ["invalid-row", [{ id: 1.5, a: 1 }]],
      ["invalid-row", [{ id: Number.NaN, a: 1 }]],
      ["invalid-row", [null]],
      ["invalid-answer", undefined],
      ["invalid-answer", { rows: [{ id: 1, a: 1 }] }],
      ["unsuitable-value", [{ id: 1, a: () => 1 }]],
    ];
    for (const [code, answer] of answers) {
      const fetcher = countingFetcher(() => answer);
      const pace = testPace();
      const error = await failureOf(
        getData({ table: "t", ids: [1], columns: ["a"], fetcher, cache: openCache(), pace }),
      );
      expect(error.failures).toMatchObject([{ ids: [1], attempts: 1, cause: { code } }]);
      expect(fetcher.queries.length).toBe(1);
    }
  });

  test("with fewer rows than asked for: the others are not in the database", async () => {
    const fetcher = countingFetcher((ids) => [{ id: ids[0], a: 1 }]);
    const request = { table: "t", columns: ["a"], fetcher, cache: openCache() };
    await expect(getData({ ...request, ids: [1, 2, 3] })).rejects.toMatchObject({ ids: [2, 3] });
  });

  test("with ids as text, bigint or number: all are the same", async () => {
    const fetcher = countingFetcher(() => [
      { id: "1", a: 1 },
      { id: 2n, a: 2 },
      { id: 3, a: 3 },
    ]);
    const answer = await getData({ table: "t", ids: [1, 2, 3], columns: ["a"], fetcher, cache: openCache() });
    expect(answer.toRows()).toEqual([1, 2, 3].map((id) => ({ id, a: id })));
  });

  test("with more columns than asked for: they are not stored", async () => {
    const cache = openCache();
    const fetcher = rowFetcher((id: number) => ({ id, a: 1, b: 2 }));
    await getData({ table: "t", ids: [1], columns: ["a"], fetcher, cache });
    await getData({ table: "t", ids: [1], columns: ["b"], fetcher, cache });
    expect(fetcher.queries.length).toBe(2);
  });

  test("without a column: a ColumnNotFoundError that ends the call at once", async () => {
    const fetcher = rowFetcher((id: number) => ({ id, b: 1 }));
    const request = { table: "t", columns: ["a", "b"], fetcher, cache: openCache(), concurrency: 1, batchSize: 10 };
    await expect(getData({ ...request, ids: from(0, 100) })).rejects.toMatchObject({
      code: "column-not-found",
      columns: ["a"],
      available: ["b", "id"],
    });
    expect(fetcher.queries.length).toBe(1);
  });

  test("with JSON that is none: a JsonParseError with id, column, path and position; other batches are stored", async () => {
    const cache = openCache();
    const fetcher = rowFetcher((id: number) => ({ id, v: id === 15 ? '{"x":' : `{"x":${id}}` }));
    const request = { table: "t", columns: ["v.x"], fetcher, cache, batchSize: 10 };
    await expect(getData({ ...request, ids: from(0, 30) })).rejects.toMatchObject({
      code: "json-parse",
      id: 15,
      column: "v.x",
      path: ["x"],
      position: 5,
    });
    const { report } = await getData({ ...request, ids: [...from(0, 10), ...from(20, 30)] });
    expect(report.queries).toBe(0);
  });

  test("and changes what it was given: nothing comes of it", async () => {
    const fetcher: Fetcher = (ids, _table, { columns }) => {
      const rows = ids.map((id) => ({ id, a: 1 }));
      (ids as number[]).length = 0;
      (columns as string[]).length = 0;
      return rows;
    };
    const answer = await getData({ table: "t", ids: from(0, 300), columns: ["a"], fetcher, cache: openCache() });
    expect(answer.table.numRows).toBe(300);
  });
});

describe("a request", () => {
  test("that is wrong is refused with the name of the option, before anything is asked", async () => {
    const fetcher = countingFetcher(() => []);
    const right = { table: "t", ids: [1], columns: ["a"], fetcher, cache: openCache() };
    const wrong: [string, object][] = [
      ["table", { table: "" }],
      ["ids", { ids: "1" }],
      ["columns", { columns: "a" }],
      ["fetcher", { fetcher: undefined }],
      ["ttlMs", { ttlMs: 0 }],
      ["batchSize", { batchSize: 0 }],
      ["concurrency", { concurrency: 1.5 }],
      ["retries", { retries: -1 }],
      ["timeoutMs", { timeoutMs: Number.NaN }],
      ["onMissing", { onMissing: "ignore" }],
      ["refetch", { refetch: "cells" }],
      ["idKind", { idKind: "uuid" }],
      ["schema", { schema: { a: 5 } }],
      ["memoryLimitBytes", { memoryLimitBytes: 0 }],
      ["signal", { signal: {} }],
      ["cache", { cache: {} }],
    ];
    for (const [option, change] of wrong) {
      const error = await getData({ ...right, ...change } as never).catch((caught: unknown) => caught);
      expect(error, option).toMatchObject({ code: "invalid-option", facts: { option } });
    }
    for (const [option, nearest] of Object.entries({ ttlMS: "ttlMs", retires: "retries", onMising: "onMissing" })) {
      const error = await getData({ ...right, [option]: 1 }).catch((caught: unknown) => caught);
      expect(error).toMatchObject({ code: "invalid-option", facts: { option, nearest } });
      expect((error as Error).message).toContain(`Did you mean '${nearest}'?`);
    }
    for (const columns of [[""], [5], [".a"], ["larder:sequence"]]) {
      await expect(getData({ ...right, columns } as never)).rejects.toMatchObject({ code: "invalid-column" });
    }
    await expect(getData({ ...right, ids: [1.5] })).rejects.toMatchObject({ code: "invalid-id" });
    expect(fetcher.queries.length).toBe(0);
  });
});
