import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Table } from "apache-arrow";
import { expect, onTestFinished, test } from "vitest";
import { openFolioStore } from "../../src/cached/open-folio-store.js";
import type { Folio } from "../../src/folio.js";
import { exportSharedDirectory } from "../../src/shared-directory/export-shared-directory.js";
import { folioGround } from "./folio-ground.js";
import { sampleParquet } from "./sample-parquet.js";

const rows = 30_000;

/** A table on the remote that a shared directory has, too. */
async function sharedTable() {
  const ground = await folioGround();
  ground.bundle.put("flights", await sampleParquet(rows), { kind: "table" });
  const folder = await mkdtemp(join(tmpdir(), "folio-shared-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  const directory = `${ground.directory}/filler`;
  const filler = await ground.open({ cache: { directory } });
  await filler.get("flights");
  await filler.close();
  const store = await openFolioStore({ directory });
  await exportSharedDirectory(store, folder);
  await store.close();
  ground.requests();
  return { ...ground, folder };
}

const partOf = async (folio: Folio) => (await folio.get<Table>("flights", { columns: ["id"] })).numRows;

test("a part of a table that the shared directory has is read from there", async () => {
  const { open, folder, requests } = await sharedTable();
  const folio = await open({ cache: { sharedCacheDirectory: folder } });
  expect(await partOf(folio)).toBe(rows);
  const table = await folio.table("flights");
  expect(await table.scan().count()).toBe(rows);
  await table.close();
  expect(requests()).toEqual(["GET items.json 200"]);
});

test("a table larger than what is cached is read in parts from the remote, and not whole from the shared directory", async () => {
  const { open, folder, events } = await sharedTable();
  const folio = await open({ cache: { sharedCacheDirectory: folder, largeFileThresholdBytes: 1000 } });
  events.length = 0;
  expect(await partOf(folio)).toBe(rows);
  expect(events).not.toContainEqual(expect.objectContaining({ type: "hit", from: "shared" }));
  expect((await folio.get<Table>("flights")).numRows).toBe(rows);
  expect(events).toContainEqual(expect.objectContaining({ type: "hit", from: "shared" }));
});

test("what comes from the shared directory counts as a hit, and as no miss", async () => {
  const { open, folder, events } = await sharedTable();
  const folio = await open({ cache: { sharedCacheDirectory: folder } });
  events.length = 0;
  await folio.get("flights");
  await partOf(folio);
  expect(await folio.cacheStats()).toMatchObject({ hits: 2, misses: 0, hitRate: 1 });
  expect(events.filter(({ type }) => type === "miss")).toEqual([]);
});

test("a part of a table whose content is cached for another item is read from there", async () => {
  const { bundle, open, requests } = await folioGround();
  const file = await sampleParquet(rows);
  bundle.put("same", file, { kind: "table" });
  bundle.put("flights", file, { kind: "table" });
  const folio = await open();
  await folio.get("same");
  requests();
  expect(await partOf(folio)).toBe(rows);
  expect(requests()).toEqual([]);
  expect(await folio.cacheStatus("flights")).toMatchObject({ cached: true });
});
