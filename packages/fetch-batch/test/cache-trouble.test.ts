import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import {
  CacheCorruptionError,
  type CacheWarning,
  type Dataset,
  type DatasetSnapshot,
  type DatasetStore,
  LarderError,
} from "@larder/core";
import type { DiskCache } from "@larder/disk-cache";
import type { Table } from "apache-arrow";
import { describe, expect, test } from "vitest";
import { getCachedData, getData, getTableCachePath, streamData } from "../src/index.js";
import { rowFetcher } from "./support/counting-fetcher.js";
import { from } from "./support/from.js";
import { openCache } from "./support/open-cache.js";

/** A store whose datasets have some methods replaced. */
function changed(cache: DiskCache, change: (dataset: Dataset<Table>) => Partial<Dataset<Table>>): DatasetStore<Table> {
  const { datasets } = cache;
  return {
    openDataset: async (table, options) => {
      const dataset = await datasets.openDataset(table, options);
      return { ...dataset, ...change(dataset) };
    },
    listDatasets: () => datasets.listDatasets(),
    datasetPath: (table) => datasets.datasetPath(table),
    removeDataset: (table) => datasets.removeDataset(table),
  };
}

/** A store whose snapshots have some methods replaced. */
function changedSnapshots(
  cache: DiskCache,
  change: (snapshot: DatasetSnapshot<Table>) => Partial<DatasetSnapshot<Table>>,
): DatasetStore<Table> {
  return changed(cache, (dataset) => ({
    snapshot: async () => {
      const snapshot = await dataset.snapshot();
      return { ...snapshot, ...change(snapshot) };
    },
  }));
}

function failed(code: string): LarderError {
  return new LarderError(`It failed: ${code}.`, { code });
}

describe("when storing fails", () => {
  test("rows are answered from memory, however many they are, with one warning", async () => {
    const store = changed(openCache(), () => ({ append: () => Promise.reject(failed("disk-full")) }));
    const warnings: CacheWarning[] = [];
    const fetcher = rowFetcher((id: number) => (id === 3 ? undefined : { id, a: id, b: `b${id}` }));
    const request = {
      table: "t",
      ids: from(0, 300),
      columns: ["a", "b"],
      fetcher,
      cache: store,
      onMissing: "omit",
      memoryLimitBytes: 1,
      batchSize: 50,
      onWarning: (warning: CacheWarning) => warnings.push(warning),
    } as const;
    const answer = await getData(request);
    expect(answer.toRows()).toEqual(
      from(0, 300)
        .filter((id) => id !== 3)
        .map((id) => ({ id, a: id, b: `b${id}` })),
    );
    expect(answer.missingIds).toEqual([3]);
    expect(answer.report.rowsStored).toBe(0);
    expect(warnings.map(({ code }) => code)).toEqual(["store-failed"]);
    expect(fetcher.queries.flatMap(({ ids }) => ids)).toEqual(from(0, 300));
  });

  test("what is fetched counts before what the cache says, of rows and of ids without one", async () => {
    const cache = openCache();
    let rows: Record<number, string> = { 1: "old", 2: "old" };
    const fetcher = rowFetcher((id: number) => (rows[id] === undefined ? undefined : { id, a: rows[id] }));
    const request = { table: "t", ids: [1, 2, 3, 4], columns: ["a"], fetcher, onMissing: "omit" } as const;
    expect((await getData({ ...request, cache })).missingIds).toEqual([3, 4]);
    const store = changed(cache, () => ({ append: () => Promise.reject(failed("disk-full")) }));
    rows = { 1: "new", 3: "new" };
    const answer = await getData({ ...request, cache: store, refresh: true });
    expect(answer.toRows()).toEqual([
      { id: 1, a: "new" },
      { id: 3, a: "new" },
    ]);
    expect(answer.missingIds).toEqual([2, 4]);
  });

  test("without a sequence nothing is stored, and the call goes on", async () => {
    const cache = openCache();
    const store = changed(cache, () => ({ nextSequence: () => Promise.reject(failed("write-failed")) }));
    const fetcher = rowFetcher((id: number) => ({ id, a: 1 }));
    const request = { table: "t", ids: [1], columns: ["a"], fetcher };
    expect((await getData({ ...request, cache: store })).toRows()).toEqual([{ id: 1, a: 1 }]);
    await getData({ ...request, cache });
    expect(fetcher.queries.length).toBe(2);
  });

  test("and claims as well, all is fetched", async () => {
    const store = changed(openCache(), () => ({
      append: () => Promise.reject(failed("write-failed")),
      claim: () => Promise.reject(failed("write-failed")),
    }));
    const fetcher = rowFetcher((id: number) => ({ id, a: 1 }));
    expect((await getData({ table: "t", ids: [1], columns: ["a"], fetcher, cache: store })).table.numRows).toBe(1);
  });
});

describe("when a file of the cache is damaged", () => {
  async function damaged() {
    const cache = openCache({ datasetOptions: { backgroundCompaction: false } });
    const fetcher = rowFetcher((id: number) => ({ id, a: `a${id}` }));
    const request = { table: "shop.items", columns: ["a"], fetcher, cache };
    await getData({ ...request, ids: from(0, 50) });
    await getData({ ...request, ids: from(50, 100) });
    const folder = join(await getTableCachePath("shop.items", { cache }), "recent");
    const file = join(folder, readdirSync(folder).sort()[0]!);
    const bytes = readFileSync(file);
    for (let i = 0; i < bytes.length; i += 7) bytes[i]! ^= 0x55;
    writeFileSync(file, bytes);
    fetcher.queries.length = 0;
    return { cache, fetcher, request };
  }

  test("its rows are fetched again, and no others, with a warning", async () => {
    const { fetcher, request } = await damaged();
    const warnings: CacheWarning[] = [];
    const answer = await getData({ ...request, ids: from(0, 100), onWarning: (warning) => warnings.push(warning) });
    expect(answer.toRows()).toEqual(from(0, 100).map((id) => ({ id, a: `a${id}` })));
    expect(fetcher.queries.flatMap(({ ids }) => ids).length).toBe(50);
    expect(warnings.map(({ code }) => code)).toContain("cache-corruption");
    fetcher.queries.length = 0;
    await getData({ ...request, ids: from(0, 100) });
    expect(fetcher.queries).toEqual([]);
  });

  test("a stream goes on with what it has not given yet", async () => {
    const { fetcher, request } = await damaged();
    const rows: unknown[] = [];
    for await (const batch of streamData({ ...request, ids: from(0, 100).reverse(), rows: 9 })) {
      rows.push(...(batch.toArray() as unknown as { a: unknown }[]).map(({ a }) => a));
    }
    expect(rows).toEqual(
      from(0, 100)
        .reverse()
        .map((id) => `a${id}`),
    );
    expect(fetcher.queries.flatMap(({ ids }) => ids).length).toBe(50);
  });

  test("strict mode and getCachedData raise a CacheCorruptionError; afterwards the rows are missing", async () => {
    const strict = await damaged();
    await expect(getData({ ...strict.request, ids: from(0, 100), strict: true })).rejects.toBeInstanceOf(
      CacheCorruptionError,
    );
    expect(strict.fetcher.queries).toEqual([]);
    const { cache } = await damaged();
    const request = { table: "shop.items", columns: ["a"], ids: from(0, 100), cache };
    await expect(getCachedData(request)).rejects.toMatchObject({ code: "cache-corruption" });
    expect((await getCachedData(request)).missingIds.length).toBe(50);
  });

  test("again and again, everything is fetched in the end", async () => {
    const cache = openCache();
    const fetcher = rowFetcher((id: number) => ({ id, a: id }));
    const request = { table: "t", ids: [1, 2, 3], columns: ["a"], fetcher };
    await getData({ ...request, cache });
    const corrupt = changedSnapshots(cache, (snapshot) => ({
      read: (ids, columns, options) =>
        options?.unstored?.length
          ? snapshot.read(ids, columns, options)
          : Promise.reject(new CacheCorruptionError("f.parquet", "torn")),
    }));
    const answer = await getData({ ...request, cache: corrupt });
    expect(answer.toRows()).toEqual([1, 2, 3].map((id) => ({ id, a: id })));
    expect(fetcher.queries.length).toBe(2);
  });

  test("or can't be read at all, everything is fetched, and an error of another kind is not hidden in strict mode", async () => {
    const cache = openCache();
    const fetcher = rowFetcher((id: number) => ({ id, a: id }));
    const request = { table: "t", ids: [1, 2], columns: ["a"], fetcher };
    await getData({ ...request, cache });
    const locked = changedSnapshots(cache, (snapshot) => ({
      read: (ids, columns, options) =>
        options?.unstored?.length
          ? snapshot.read(ids, columns, options)
          : Promise.reject(Object.assign(new Error("too many open files"), { code: "EMFILE" })),
    }));
    expect((await getData({ ...request, cache: locked })).table.numRows).toBe(2);
    await expect(getData({ ...request, cache: locked, strict: true })).rejects.toMatchObject({ code: "EMFILE" });
  });

  test.each(["EMFILE", "not-covered"])(
    "nor can what is in memory (%s): that is told, and not fetched for ever",
    async (code) => {
      const error = code === "EMFILE" ? Object.assign(new Error("too many open files"), { code }) : failed(code);
      const cache = changedSnapshots(openCache(), () => ({ read: () => Promise.reject(error) }));
      const fetcher = rowFetcher((id: number) => ({ id, a: id }));
      await expect(getData({ table: "t", ids: [1, 2], columns: ["a"], fetcher, cache })).rejects.toBe(error);
      expect(fetcher.queries.length).toBe(1);
    },
  );

  test("what is not covered after all is fetched again in strict mode too: no file is damaged", async () => {
    const cache = openCache();
    const fetcher = rowFetcher((id: number) => ({ id, a: id }));
    const request = { table: "t", ids: [1, 2, 3], columns: ["a"], fetcher, strict: true };
    await getData({ ...request, cache });
    const forgetful = changedSnapshots(cache, (snapshot) => ({
      read: (ids, columns, options) =>
        options?.unstored?.length
          ? snapshot.read(ids, columns, options)
          : Promise.reject(new LarderError("Gone.", { code: "not-covered", facts: { ids: BigInt64Array.of(3n, 2n) } })),
    }));
    const answer = await getData({ ...request, cache: forgetful });
    expect(answer.toRows()).toEqual([1, 2, 3].map((id) => ({ id, a: id })));
    expect(fetcher.queries.map(({ ids }) => ids)).toEqual([
      [1, 2, 3],
      [2, 3],
    ]);
  });
});

test("what is invalidated while it is fetched is fetched once more, where it is not in memory", async () => {
  const cache = openCache();
  let isFirst = true;
  const fetcher = rowFetcher((id: number) => ({ id, a: id }));
  const store = changed(cache, (dataset) => ({
    append: async (batch) => {
      await dataset.append(batch);
      if (isFirst) await dataset.invalidate();
      isFirst = false;
    },
  }));
  const request = { table: "t", ids: [1, 2], columns: ["a"], fetcher, cache: store };
  const answer = await getData({ ...request, memoryLimitBytes: 1, batchSize: 2 });
  expect(answer.toRows()).toEqual([
    { id: 1, a: 1 },
    { id: 2, a: 2 },
  ]);
  expect(fetcher.queries.map(({ ids }) => ids)).toEqual([
    [1, 2],
    [1, 2],
  ]);
});
