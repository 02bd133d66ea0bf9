import { bytesSource, type CacheEntry, col } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import { tableFromArrays } from "apache-arrow";
import { expect, test } from "vitest";
import { lazyTable } from "../src/lazy-table.js";

const numbers = tableFromArrays({
  id: Int32Array.from({ length: 1000 }, (_, row) => row),
  half: Float64Array.from({ length: 1000 }, (_, row) => row / 2),
});

/** An entry that counts how often it is opened and closed. */
async function countedEntry() {
  const { bytes } = await encodeParquet(numbers);
  const calls = { opened: 0, closed: 0 };
  const open = async (): Promise<CacheEntry> => {
    calls.opened++;
    return {
      table: () => openParquet(bytesSource(bytes)),
      close: async () => {
        calls.closed++;
      },
    } as unknown as CacheEntry;
  };
  return { calls, open };
}

test("a table of a report is opened when it is first read, once for all of its scans", async () => {
  const { calls, open } = await countedEntry();
  const table = lazyTable(open);
  const scan = table.scan().select(["half"]).where(col("id").gte(990)).slice(1, 5).head(3);
  expect([calls.opened, scan.bytesRead]).toEqual([0, 0]);
  expect(await scan.toRows()).toEqual([{ half: 495.5 }, { half: 496 }, { half: 496.5 }]);
  expect(await scan.count()).toBe(3);
  expect((await scan.schema()).map(({ name }) => name)).toEqual(["half"]);
  expect((await scan.toColumns()).half).toEqual(Float64Array.of(495.5, 496, 496.5));
  expect((await table.scan().sample(10, { seed: 4 }).toRows()).length).toBe(10);
  const plan = await scan.explain();
  expect(plan.steps).toEqual(["where id ≥ 990", "slice from row 1, 5 rows", "head 3"]);
  expect(plan.filterColumns).toEqual(["id"]);
  const lengths: number[] = [];
  for await (const batch of table.scan().batches({ rows: 400 })) lengths.push((batch as typeof numbers).numRows);
  expect(lengths).toEqual([400, 400, 200]);
  expect(scan.bytesRead).toBeGreaterThan(0);
  await table.close();
  expect(calls).toEqual({ opened: 1, closed: 1 });
});

test("a table of a report that nobody read is not opened to be closed", async () => {
  const { calls, open } = await countedEntry();
  const table = lazyTable(open);
  table.scan().head(3);
  await table.close();
  expect(calls).toEqual({ opened: 0, closed: 0 });
});

test("batches of a table of a report stop when nobody wants more", async () => {
  const { open } = await countedEntry();
  const table = lazyTable(open);
  let seen = 0;
  for await (const _ of table.scan().batches({ rows: 10 })) if (++seen === 2) break;
  expect(seen).toBe(2);
  await table.close();
});
