import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DiskCache } from "@larder/disk-cache";
import { func, Pipeline, Runner } from "@larder/pipeline";
import { type Table, tableFromArrays } from "apache-arrow";
import { afterEach, beforeEach, expect, test } from "vitest";
import { decisionsOf } from "./decisions-of.js";

let directory: string;
let backend: DiskCache;
beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), "larder-tables-"));
  backend = new DiskCache({ directory });
});
afterEach(async () => {
  await backend.close();
  await rm(directory, { recursive: true, force: true });
});

const rowCount = 50_000;
const load = func({ name: "load", inputs: ["seed"], output: "flights", cache: true }, ({ seed }: { seed: number }) =>
  tableFromArrays({
    id: Int32Array.from({ length: rowCount }, (_, index) => index),
    delay: Float64Array.from({ length: rowCount }, (_, index) => (index * seed) % 97),
  }),
);
const clean = func(
  { name: "clean", inputs: ["flights"], output: "cleaned", cache: true },
  ({ flights }: { flights: Table }) => flights.slice(0, 40_000),
);
const count = func(
  { name: "count", inputs: ["cleaned"], output: "counted", cache: true },
  ({ cleaned }: { cleaned: Table }) => cleaned.numRows,
);
const pipeline = new Pipeline([load, clean, count], { name: "tables" });

test("a corner of a stored table is read without running or loading anything else", async () => {
  const runner = new Runner({ cacheConfig: { enabled: true, backend, verbose: false } });
  await runner.run(pipeline, { inputs: { seed: 3 } });
  const { report } = await runner.run(pipeline, { inputs: { seed: 3 } });
  expect(decisionsOf(report)).toEqual({ load: "skipped", clean: "skipped", count: "hit" });
  expect(report.nodes.map(({ rows }) => rows)).toEqual([rowCount, 40_000, null]);
  const table = report.table("cleaned");
  const scan = table.scan().select(["delay"]).slice(10, 3);
  expect(await scan.toRows()).toEqual([{ delay: 30 }, { delay: 33 }, { delay: 36 }]);
  expect(await table.scan().count()).toBe(40_000);
  expect((await table.scan().schema()).map(({ name }) => name)).toEqual(["id", "delay"]);
  expect(scan.bytesRead).toBeGreaterThan(0);
  expect(scan.bytesRead).toBeLessThan(report.nodes[1]!.bytes!);
  await table.close();
  // a node's own name will do too
  expect(await report.table("load").scan().head(1).toRows()).toEqual([{ id: 0, delay: 0 }]);
});

test("a table that comes back from the cache is a hit for what was made of the one in memory", async () => {
  const runner = new Runner({ cacheConfig: { enabled: true, backend, verbose: false } });
  await runner.run(new Pipeline([load], { name: "tables" }), { inputs: { seed: 3 } });
  const { outputs, report } = await runner.run(pipeline, { inputs: { seed: 3 } });
  expect(outputs.counted).toBe(40_000);
  expect(decisionsOf(report)).toEqual({ load: "hit", clean: "miss", count: "miss" });
});

test("asking a report for a table it has not says why", async () => {
  const runner = new Runner({ cacheConfig: { enabled: true, backend, verbose: false } });
  const { report } = await runner.run(pipeline, { inputs: { seed: 3 } });
  expect(() => report.table("cleand")).toThrow("Did you mean 'cleaned'?");
  await expect(report.table("counted").scan().count()).rejects.toMatchObject({ code: "not-a-table" });
  await backend.clear();
  await expect(report.table("cleaned").scan().count()).rejects.toMatchObject({ code: "not-stored" });
  const off = await new Runner().run(pipeline, { inputs: { seed: 3 } });
  expect(() => off.report.table("cleaned")).toThrow("There is no stored result of 'cleaned'");
});
