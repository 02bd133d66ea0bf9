import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { LarderError } from "@larder/core";
import { tableFromArrays } from "apache-arrow";
import { expect, test } from "vitest";
import {
  compact,
  expandCacheFiles,
  fetchMissingData,
  getCachedData,
  getData,
  getTableCachePath,
  invalidate,
  storeData,
} from "../src/index.js";
import { countingFetcher, rowFetcher } from "./support/counting-fetcher.js";
import { from } from "./support/from.js";
import { openCache } from "./support/open-cache.js";

test("getCachedData gives the rows that are cached whole, and tells the other ids apart", async () => {
  const cache = openCache();
  const fetcher = rowFetcher((id: number) => (id === 2 ? undefined : { id, a: id, b: -id }));
  const options = { table: "t", cache };
  await getData({ ...options, ids: [1, 2, 3], columns: ["a", "b"], fetcher, onMissing: "omit" });
  await getData({ ...options, ids: [4], columns: ["a"], fetcher });
  const cached = await getCachedData({ ...options, ids: [5, 4, 3, 2, 1, 3], columns: ["b", "a"] });
  expect(cached.toRows()).toEqual([3, 1, 3].map((id) => ({ id, b: -id, a: id })));
  expect(cached.toColumns().b).toEqual(Int32Array.of(-3, -1, -3));
  expect([cached.missingIds, cached.absentIds]).toEqual([[4, 5], [2]]);
});

test("getCachedData, fetchMissingData and storeData together do what getData does", async () => {
  const cache = openCache();
  const fetcher = rowFetcher((id: number) => (id === 2 ? undefined : { id, a: id, "v.x": 1 }));
  const options = { table: "t", columns: ["a", "v.x"], cache };
  const { missingIds } = await getCachedData({ ...options, ids: [1, 2, 3] });
  const fetched = await fetchMissingData({ ...options, ids: missingIds as number[], fetcher, batchSize: 2 });
  expect(fetched.missingIds).toEqual([2]);
  expect(fetched.failures).toEqual([]);
  expect(fetched.report).toMatchObject({ queries: 2, rowsFetched: 2, rowsStored: 0 });
  expect((await getCachedData({ ...options, ids: [1, 2, 3] })).missingIds).toEqual([1, 2, 3]);
  for (const batch of fetched.batches) await storeData({ ...options, ...batch });
  const cached = await getCachedData({ ...options, ids: [1, 2, 3] });
  expect(cached.toRows()).toEqual([1, 3].map((id) => ({ id, a: id, "v.x": 1 })));
  expect([cached.missingIds, cached.absentIds]).toEqual([[], [2]]);
});

test("fetchMissingData gives what came beside what failed", async () => {
  const fetcher = countingFetcher((ids) => {
    if (ids[0] === 0) throw new Error("no luck");
    return ids.map((id) => ({ id, a: 1 }));
  });
  const fetched = await fetchMissingData({
    table: "t",
    ids: from(0, 20),
    columns: ["a"],
    fetcher,
    batchSize: 10,
    cache: openCache(),
  });
  expect(fetched.failures).toMatchObject([{ ids: from(0, 10), cause: { message: "no luck" } }]);
  expect(fetched.batches.map(({ rows }) => rows.numRows)).toEqual([10]);
});

test("fetchMissingData fails batches whose place among what is stored can't be known: nothing else would tell of their rows", async () => {
  const { datasets } = openCache();
  const cause = new LarderError("It failed.", { code: "write-failed" });
  const cache = {
    ...datasets,
    openDataset: async (table: string) => ({
      ...(await datasets.openDataset(table)),
      nextSequence: () => Promise.reject(cause),
    }),
  };
  const fetcher = rowFetcher((id: number) => ({ id, a: id }));
  const fetched = await fetchMissingData({ table: "t", ids: [1, 2], columns: ["a"], fetcher, cache });
  expect(fetched.failures).toMatchObject([{ ids: [1, 2], cause: { code: "write-failed" } }]);
  expect([fetched.batches, fetched.missingIds, fetcher.queries]).toEqual([[], [], []]);
});

test("what was invalidated after fetchMissingData stays so, whatever storeData is given", async () => {
  const cache = openCache();
  const fetcher = rowFetcher((id: number) => ({ id, a: id }));
  const options = { table: "t", columns: ["a"], cache };
  const { batches } = await fetchMissingData({ ...options, ids: [1], fetcher });
  await invalidate("t", undefined, { cache });
  await storeData({ ...options, ...batches[0]! });
  expect((await getCachedData({ ...options, ids: [1] })).missingIds).toEqual([1]);
});

test("storeData takes rows as a fetcher gives them, and leaves out those of other ids", async () => {
  const cache = openCache();
  const options = { table: "t", columns: ["a"], cache };
  expect(
    await storeData({
      ...options,
      ids: [3, 1, 2],
      rows: [
        { id: "1", a: 5 },
        { id: 9, a: 9 },
      ],
    }),
  ).toBe(1);
  expect(
    await storeData({ ...options, ids: [4], rows: tableFromArrays({ id: Int32Array.of(4), a: Int32Array.of(8) }) }),
  ).toBe(1);
  expect(await storeData({ ...options, ids: [6], rows: [] })).toBe(0);
  const cached = await getCachedData({ ...options, ids: [1, 2, 3, 4, 6, 9] });
  expect(cached.toRows()).toEqual([
    { id: 1, a: 5 },
    { id: 4, a: 8 },
  ]);
  expect([cached.missingIds, cached.absentIds]).toEqual([[9], [2, 3, 6]]);
  await expect(storeData({ ...options, ids: [1], rows: [{ id: 1, b: 5 }] })).rejects.toMatchObject({
    code: "column-not-found",
  });
});

test("storeData remembers no text as absent where rows have other texts: they may be another spelling", async () => {
  const options = { table: "t", idKind: "text", columns: ["a"], cache: openCache() } as const;
  const rows = [
    { id: "a", a: 1 },
    { id: "b", a: 2 },
  ];
  expect(await storeData({ ...options, ids: ["a", "B"], rows })).toBe(1);
  expect(await storeData({ ...options, ids: ["C"], rows: [{ id: "c", a: 3 }] })).toBe(0);
  const cached = await getCachedData({ ...options, ids: ["a", "B", "C"] });
  expect([cached.toRows(), cached.missingIds, cached.absentIds]).toEqual([[{ id: "a", a: 1 }], ["B", "C"], []]);
  expect(await storeData({ ...options, ids: ["B"], rows: [] })).toBe(0);
  expect((await getCachedData({ ...options, ids: ["B"] })).absentIds).toEqual(["B"]);
});

test("invalidate forgets some ids, or all, of one table", async () => {
  const cache = openCache();
  const fetcher = rowFetcher((id: number) => ({ id, a: id }));
  for (const table of ["t", "u"]) await getData({ table, ids: [1, 2, 3], columns: ["a"], fetcher, cache });
  await invalidate("t", [2, 7], { cache });
  const missing = async (table: string) =>
    (await getCachedData({ table, ids: [1, 2, 3], columns: ["a"], cache })).missingIds;
  expect(await missing("t")).toEqual([2]);
  await invalidate("t", undefined, { cache });
  expect([await missing("t"), await missing("u")]).toEqual([[1, 2, 3], []]);
});

test("compact leaves one file of disjoint ids in base, expandCacheFiles splits what is too large, and answers stay the same", async () => {
  const cache = openCache({ datasetOptions: { backgroundCompaction: false } });
  const fetcher = rowFetcher((id: number) => ({ id, text: `${id} `.repeat(50) }));
  const request = { table: "shop.items", columns: ["text"], fetcher, cache };
  for (const start of [0, 1000, 500]) await getData({ ...request, ids: from(start, start + 1000) });
  const path = await getTableCachePath("shop.items", { cache });
  expect(path.startsWith(join(cache.directory, "datasets"))).toBe(true);
  expect(await compact("shop.items", { cache })).toMatchObject({ rows: 2000, partsAfter: 1 });
  expect(readdirSync(join(path, "base")).length).toBe(1);
  await expandCacheFiles({ table: "shop.items", cache, partBytes: 100_000 });
  expect(readdirSync(join(path, "base")).length).toBeGreaterThan(2);
  fetcher.queries.length = 0;
  expect((await getData({ ...request, ids: from(0, 2000) })).toRows()[1999]).toEqual({
    id: 1999,
    text: "1999 ".repeat(50),
  });
  expect(fetcher.queries).toEqual([]);
});

test("getTableCachePath tells where a table would be, and makes nothing", async () => {
  const cache = openCache();
  const path = await getTableCachePath("shop.items", { cache });
  expect(path).toMatch(/shop.items$/);
  expect(existsSync(path)).toBe(false);
  await expect(getTableCachePath("", { cache })).rejects.toMatchObject({ code: "invalid-option" });
});
