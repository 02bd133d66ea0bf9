import { open as openFile } from "node:fs/promises";
import { LarderError, type TableScan } from "@larder/core";
import type { Table } from "apache-arrow";
import { expect, test } from "vitest";
import type { FolioTable } from "../../src/folio.js";
import type { FolioCacheOptions } from "../../src/folio-options.js";
import { restartingTable } from "../../src/reading/restarting-table.js";
import { folioGround } from "./folio-ground.js";
import { sampleParquet } from "./sample-parquet.js";

const rows = 60_000;

/** A cached table that is open, and whose file rots in the middle then. */
async function rottingTable(cache: FolioCacheOptions = {}) {
  const ground = await folioGround();
  const file = await sampleParquet(rows);
  ground.bundle.put("flights", file, { kind: "table" });
  const folio = await ground.open({ cache });
  await folio.get("flights");
  const table = await folio.table("flights");
  const { path } = await folio.cacheStatus("flights");
  const handle = await openFile(path!, "r+");
  await handle.write(Buffer.alloc(64, 0x5a), 0, 64, Math.floor(file.byteLength / 2));
  await handle.close();
  ground.requests();
  return { ...ground, folio, table };
}

const partOf = async (table: FolioTable) => (await table.scan().select(["id", "noise"]).toArrow()) as Table;

test("a table whose copy rots while it is open is fetched anew, and read from the beginning", async () => {
  const { folio, table, requests, warnings } = await rottingTable();
  const [one, other] = await Promise.all([partOf(table), partOf(table)]);
  expect([one.numRows, other.numRows]).toEqual([rows, rows]);
  expect(warnings().filter((code) => code === "damaged-copy")).toHaveLength(1);
  expect((await partOf(table)).numRows).toBe(rows);
  await table.close();
  await folio.get("flights");
  expect(requests().length).toBeGreaterThan(0);
});

/** A table whose first scan fails after so many batches. */
function failingAfter(handedOn: number) {
  const dropped: string[] = [];
  async function* batches(failsAfter: number) {
    for (let nth = 0; nth < 3; nth++) {
      if (nth === failsAfter) throw new LarderError("rotten", { code: "damaged-blob" });
      yield nth;
    }
  }
  const opened = (failsAfter: number) => ({
    scan: () => ({ batches: () => batches(failsAfter) }) as unknown as TableScan,
    close: async () => undefined,
  });
  const copy = { ...opened(handedOn), onDamage: async () => void dropped.push("copy") };
  return { dropped, table: restartingTable(copy, async () => opened(3)) };
}

async function batchesOf(table: FolioTable) {
  const batches: unknown[] = [];
  try {
    for await (const batch of table.scan().batches()) batches.push(batch);
  } catch (error) {
    batches.push((error as LarderError).code);
  }
  return batches;
}

test("batches begin anew as long as none was handed on; after that the damage is an error, and the next read is right", async () => {
  const early = failingAfter(0);
  expect(await batchesOf(early.table)).toEqual([0, 1, 2]);
  expect(early.dropped).toEqual(["copy"]);
  const late = failingAfter(2);
  expect(await batchesOf(late.table)).toEqual([0, 1, "damaged-blob"]);
  expect(await batchesOf(late.table)).toEqual([0, 1, 2]);
  expect(late.dropped).toEqual(["copy"]);

  const { folio, table } = await rottingTable();
  await batchesOf(table);
  const again = await folio.table("flights");
  expect((await partOf(again)).numRows).toBe(rows);
  await Promise.all([table.close(), again.close()]);
});

test("in strict mode the damage of a table is an error, and the next read is right", async () => {
  const { folio, table } = await rottingTable({ strictMode: true });
  await expect(partOf(table)).rejects.toMatchObject({ code: "damaged-copy" });
  await table.close();
  const again = await folio.table("flights");
  expect((await partOf(again)).numRows).toBe(rows);
  await again.close();
});
