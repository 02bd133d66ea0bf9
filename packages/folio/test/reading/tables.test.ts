import { readFile } from "node:fs/promises";
import { col } from "@larder/core";
import { type Table, tableFromArrays } from "apache-arrow";
import { expect, onTestFinished, test } from "vitest";
import { openFolioStore } from "../../src/cached/open-folio-store.js";
import { folioGround } from "./folio-ground.js";

const rows = 60_000;

/** A Parquet file of four columns, of some 700 kB. */
async function parquet(shift = 0): Promise<Uint8Array> {
  const { MemoryCache } = await import("@larder/core");
  const store = await openFolioStore({ backend: new MemoryCache() });
  onTestFinished(() => store.close());
  const noise = Float64Array.from({ length: rows }, (_, i) => Math.sin(i * 12.9898 + shift) * 43_758.5453);
  const table = tableFromArrays({
    id: Int32Array.from({ length: rows }, (_, i) => i + shift),
    noise,
    more: noise.map((value) => value * 3),
    third: noise.map((value) => value / 7),
  });
  return (await store.encodeTable(table)).bytes;
}

const itemBytes = (requests: readonly { path: string; bytesSent: number }[]) =>
  requests.filter(({ path }) => path.includes("/items/")).reduce((sum, { bytesSent }) => sum + bytesSent, 0);

test("a table is cached whole, and read from the copy by column and filter", async () => {
  const { bundle, open, requests } = await folioGround();
  bundle.put("flights", await parquet(), { kind: "table" });
  const folio = await open();
  const whole = await folio.get<Table>("flights");
  expect(whole.numRows).toBe(rows);
  expect(whole.schema.names).toEqual(["id", "noise", "more", "third"]);
  expect(requests()).toHaveLength(2);
  const part = await folio.get<Table>("flights", { columns: ["third", "id"], where: col("id").lt(10) });
  expect(part.schema.names).toEqual(["third", "id"]);
  expect([...part.getChild("id")!]).toEqual([0, 1, 2, 3, 4, 5, 6, 7, 8, 9]);
  const table = await folio.table("flights");
  expect(
    await table
      .scan()
      .where(col("id").gte(rows - 5))
      .count(),
  ).toBe(5);
  await table.close();
  expect((await folio.getSchema("flights")).map(({ name }) => name)).toEqual(["id", "noise", "more", "third"]);
  expect(requests()).toEqual([]);
});

test("of a table that is not cached only the columns asked for are downloaded, once", async () => {
  const { server, bundle, open, requests } = await folioGround();
  const file = await parquet();
  bundle.put("flights", file, { kind: "table" });
  const folio = await open();
  const part = await folio.get<Table>("flights", { columns: ["id"], where: col("id").lt(10) });
  expect([...part.getChild("id")!]).toHaveLength(10);
  expect(itemBytes(server.requests)).toBeLessThan(file.byteLength / 2);
  requests();
  expect((await folio.get<Table>("flights", { columns: ["id"] })).numRows).toBe(rows);
  server.forget();
  expect((await folio.get<Table>("flights", { columns: ["id"] })).numRows).toBe(rows);
  expect(requests()).toEqual([]);
  const whole = await folio.get<Table>("flights");
  expect(whole.numCols).toBe(4);
});

test("forceCache brings the whole table although only a part is asked for", async () => {
  const { bundle, open, requests } = await folioGround();
  bundle.put("flights", await parquet(), { kind: "table" });
  const folio = await open();
  await folio.get<Table>("flights", { columns: ["id"], forceCache: true });
  expect(requests()).toHaveLength(2);
  expect((await folio.get<Table>("flights")).numCols).toBe(4);
  expect(requests()).toEqual([]);
});

test("a remote without ranges sends the whole table", async () => {
  const { bundle, open } = await folioGround({ noEtags: true });
  bundle.put("flights", await parquet(), { kind: "table" });
  const folio = await open();
  const part = await folio.get<Table>("flights", { columns: ["id"] });
  expect(part.numRows).toBe(rows);
});

test("a table that changed is read in its new version, by parts too", async () => {
  const { bundle, clock, open, warnings } = await folioGround();
  bundle.put("flights", await parquet(), { kind: "table" });
  const folio = await open();
  await folio.get("flights");
  bundle.put("flights", await parquet(100), { kind: "table" });
  clock.advance(1801);
  const part = await folio.get<Table>("flights", { columns: ["id"], where: col("id").lte(100) });
  expect([...part.getChild("id")!]).toEqual([100]);
  expect(warnings()).toEqual(["item-changed"]);
});

test("a table without a checksum is read as a foreign file, and rightly", async () => {
  const { bundle, open, requests } = await folioGround();
  bundle.put("flights", await parquet(), { kind: "table", algorithm: "none", file: "items/flights.parquet" });
  const folio = await open();
  expect((await folio.get<Table>("flights")).numRows).toBe(rows);
  requests();
  expect((await folio.get<Table>("flights", { columns: ["id"] })).numRows).toBe(rows);
  expect(requests()).toEqual([]);
});

test("what a table is can be read by other tools: its copy is the file of the remote", async () => {
  const { bundle, open } = await folioGround();
  const file = await parquet();
  bundle.put("flights", file, { kind: "table" });
  const folio = await open();
  await folio.get("flights");
  const { path } = await folio.cacheStatus("flights");
  expect((await readFile(path!)).equals(file)).toBe(true);
});
