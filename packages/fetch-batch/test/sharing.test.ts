import { DiskCache } from "@larder/disk-cache";
import { expect, test } from "vitest";
import { getData, type Id } from "../src/index.js";
import { countingFetcher } from "./support/counting-fetcher.js";
import { from } from "./support/from.js";
import { openCache } from "./support/open-cache.js";

/** Ends when the next turn of the event loop does, so that calls run into each other. */
const turn = () => new Promise<void>((resolve) => setImmediate(resolve));

function slowFetcher() {
  return countingFetcher(async (ids) => {
    for (let i = 0; i < 20; i++) await turn();
    return ids.map((id) => ({ id, a: Number(id) * 2 }));
  });
}

test("two calls that miss the same ids at the same time fetch each of them once", async () => {
  const cache = openCache();
  const other = new DiskCache({ directory: cache.directory });
  const fetcher = slowFetcher();
  const request = { table: "t", columns: ["a"], fetcher, batchSize: 20 };
  const answers = await Promise.all([
    getData({ ...request, ids: from(0, 100), cache }),
    getData({ ...request, ids: from(50, 150), cache: other }),
    getData({ ...request, ids: from(25, 75), cache }),
  ]);
  await other.close();
  const expected = (ids: number[]) => ids.map((id) => ({ id, a: id * 2 }));
  expect(answers.map((answer) => answer.toRows())).toEqual([from(0, 100), from(50, 150), from(25, 75)].map(expected));
  const asked = fetcher.queries.flatMap(({ ids }) => ids) as Id[];
  expect(asked.sort((left, right) => Number(left) - Number(right))).toEqual(from(0, 150));
});

test("what another call failed to fetch is fetched by the one that waits for it", async () => {
  const cache = openCache();
  let asked = () => {};
  // The first has claimed the ids once its fetcher is called.
  const claimed = new Promise<void>((resolve) => {
    asked = resolve;
  });
  const failing = countingFetcher(async () => {
    asked();
    for (let i = 0; i < 20; i++) await turn();
    throw new Error("no luck");
  });
  const fetcher = slowFetcher();
  const request = { table: "t", ids: from(0, 10), columns: ["a"], cache };
  const [first, second] = await Promise.allSettled([
    getData({ ...request, fetcher: failing }),
    claimed.then(() => getData({ ...request, fetcher })),
  ]);
  expect(first.status).toBe("rejected");
  expect(second.status === "fulfilled" && second.value.table.numRows).toBe(10);
});
