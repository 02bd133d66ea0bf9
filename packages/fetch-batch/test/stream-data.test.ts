import { expect, test } from "vitest";
import { streamData } from "../src/index.js";
import { rowFetcher } from "./support/counting-fetcher.js";
import { from } from "./support/from.js";
import { openCache } from "./support/open-cache.js";

test("a stream gives record batches in the order of the ids, and each id is asked for once", async () => {
  const fetcher = rowFetcher((id: number) => (id % 5 === 0 ? undefined : { id, a: id * 2 }));
  const ids = [...from(0, 1000).reverse(), 7, 7];
  const request = {
    table: "t",
    ids,
    columns: ["a"],
    fetcher,
    cache: openCache(),
    onMissing: "omit",
    rows: 64,
  } as const;
  for (const asked of [10, 0]) {
    const stream = streamData(request);
    expect([stream.missingIds, stream.report]).toEqual([undefined, undefined]);
    const rows: number[][] = [];
    for await (const batch of stream) {
      expect(batch.numRows).toBeLessThanOrEqual(64);
      for (const { id, a } of batch.toArray() as unknown as { id: bigint; a: number }[]) rows.push([Number(id), a]);
    }
    expect(rows).toEqual(ids.filter((id) => id % 5 !== 0).map((id) => [id, id * 2]));
    expect(stream.missingIds?.length).toBe(200);
    expect(stream.report?.queries).toBe(asked);
  }
  expect(fetcher.queries.length).toBe(10);
});

test("nothing begins before the first batch is asked for, and a stream that is left early ends well", async () => {
  const fetcher = rowFetcher((id: number) => ({ id, a: 1 }));
  const request = { table: "t", ids: from(0, 1000), columns: ["a"], fetcher, cache: openCache(), rows: 10 };
  const stream = streamData(request);
  expect(fetcher.queries.length).toBe(0);
  for await (const batch of stream) {
    expect(batch.numRows).toBe(10);
    break;
  }
  expect(stream.report?.rowsFetched).toBe(1000);
});

test("an abort ends a stream between record batches, and ids without a row end it before the first", async () => {
  const controller = new AbortController();
  const fetcher = rowFetcher((id: number) => (id === 5000 ? undefined : { id, a: 1 }));
  const request = { table: "t", columns: ["a"], fetcher, cache: openCache(), rows: 10, signal: controller.signal };
  await expect(async () => {
    for await (const _ of streamData({ ...request, ids: [1, 5000] })) expect.unreachable();
  }).rejects.toMatchObject({ code: "data-not-found", ids: [5000] });
  let batches = 0;
  await expect(async () => {
    for await (const _ of streamData({ ...request, ids: from(0, 100) })) {
      if (++batches === 3) controller.abort(new Error("enough"));
    }
  }).rejects.toThrow("enough");
  expect(batches).toBe(3);
});

test("no ids give no record batch, and wrong options are refused", async () => {
  const fetcher = rowFetcher((id: number) => ({ id }));
  const request = { table: "t", ids: [], columns: ["a"], fetcher, cache: openCache() };
  const stream = streamData(request);
  for await (const _ of stream) expect.unreachable();
  expect(stream.missingIds).toEqual([]);
  await expect(async () => {
    for await (const _ of streamData({ ...request, rows: 0 })) expect.unreachable();
  }).rejects.toMatchObject({ code: "invalid-option" });
});
