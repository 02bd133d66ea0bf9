import { expect, test } from "vitest";
import { getData, streamData } from "../src/index.js";
import { countingFetcher } from "./support/counting-fetcher.js";
import { from } from "./support/from.js";
import { openCache } from "./support/open-cache.js";

const megabyte = 2 ** 20;
const quietCache = () => openCache({ datasetOptions: { backgroundCompaction: false } });

/** Rows of 20 kB, and how many of them were under way at once. */
function largeRows() {
  let underWay = 0;
  let most = 0;
  const fetcher = countingFetcher(async (ids) => {
    underWay += ids.length;
    most = Math.max(most, underWay);
    await new Promise((resolve) => setImmediate(resolve));
    const rows = ids.map((id) => ({ id, blob: new Uint8Array(20_000).fill(Number(id)) }));
    underWay -= ids.length;
    return rows;
  });
  return { fetcher, most: () => most };
}

test("with a limit for memory batches shrink to what fits, once it is known how large rows are", async () => {
  const { fetcher, most } = largeRows();
  const request = { table: "t", ids: from(0, 600), columns: ["blob"], fetcher, cache: quietCache(), batchSize: 200 };
  const { table, report } = await getData({ ...request, memoryLimitBytes: 3.2 * megabyte });
  expect(table.numRows).toBe(600);
  const sizes = fetcher.queries.map(({ ids }) => ids.length);
  expect(sizes[0]).toBe(100);
  // A quarter of the limit, or 41 rows, for all four at once.
  expect(Math.max(...sizes.slice(1))).toBe(10);
  expect(most()).toBe(100);
  expect(report.batches).toBe(51);
});

test("without a limit batches are as large as they were told to be", async () => {
  const { fetcher } = largeRows();
  await getData({ table: "t", ids: from(0, 60), columns: ["blob"], fetcher, cache: quietCache(), batchSize: 20 });
  expect(fetcher.queries.map(({ ids }) => ids.length)).toEqual([20, 20, 20]);
});

test("rows too large for any limit are fetched one by one", async () => {
  const { fetcher } = largeRows();
  const request = { table: "t", ids: from(0, 110), columns: ["blob"], fetcher, cache: quietCache() };
  await getData({ ...request, memoryLimitBytes: 1 });
  expect(fetcher.queries.slice(1).every(({ ids }) => ids.length === 1)).toBe(true);
});

test("an answer larger than the limit is streamed, read back from disk, and the peak is in the report", async () => {
  const { fetcher, most } = largeRows();
  const rows = 1000;
  const ids = from(0, rows);
  const request = { table: "t", ids, columns: ["blob"], fetcher, cache: quietCache(), batchSize: 50, rows: 50 };
  const stream = streamData({ ...request, memoryLimitBytes: 3.2 * megabyte });
  let seen = 0;
  for await (const batch of stream) {
    expect(batch.numRows).toBeLessThanOrEqual(50);
    const blobs = batch.getChildAt(1)!;
    for (let i = 0; i < batch.numRows; i++, seen++) expect((blobs.get(i) as Uint8Array)[0]).toBe(seen % 256);
  }
  expect(seen).toBe(rows);
  expect(most()).toBeLessThanOrEqual(50);
  expect(fetcher.queries.flatMap((query) => query.ids)).toEqual(ids);
  expect(stream.report!.peakMegabytes).toBeGreaterThan(5);
});
