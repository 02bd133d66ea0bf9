import { existsSync, readdirSync } from "node:fs";
import { join } from "node:path";
import { Cache, type CacheEvent } from "@larder/core";
import { makeVector, Table } from "apache-arrow";
import { expect, test } from "vitest";
import { DiskCache } from "../src/disk-cache.js";
import { temporaryDirectory } from "./temporary-directory.js";

const ids = BigInt64Array.of(1n, 2n);
const rows = new Table({ id: makeVector(ids), a: makeVector(Float64Array.of(0.5, 1.5)) });

test("a cache keeps datasets beside its entries, closes them with it, and clear leaves them", async () => {
  const directory = temporaryDirectory();
  const events: CacheEvent[] = [];
  const backend = new DiskCache({ directory, onEvent: (event) => events.push(event) });
  const cache = new Cache({ backend });
  const dataset = await backend.datasets.openDataset("public.users");
  await dataset.append({ ids, columns: ["a"], rows });
  await cache.set("key", "value");
  expect(dataset.path.startsWith(join(directory, "datasets"))).toBe(true);
  await backend.clear();
  expect(await cache.get("key")).toBeUndefined();
  expect((await backend.check()).problems).toEqual([]);
  await cache.close();
  await expect(dataset.snapshot()).rejects.toMatchObject({ code: "closed-dataset" });
  // Like other methods of a closed cache, this opens it again.
  const again = await backend.datasets.openDataset("public.users");
  const snapshot = await again.snapshot();
  expect(snapshot.coverage(ids, ["a"]).missing).toEqual(new BigInt64Array(0));
  expect((await snapshot.read(ids, ["a"])).toArray().map((row) => row.a)).toEqual([0.5, 1.5]);
  await snapshot.close();
  await backend.close();
  expect(events.filter(({ type }) => type === "warning")).toEqual([]);
});

test("a directory that held datasets first becomes a cache", async () => {
  const directory = temporaryDirectory();
  const backend = new DiskCache({ directory, datasetOptions: { backgroundCompaction: false } });
  expect(existsSync(directory)).toBe(false);
  await (await backend.datasets.openDataset("t")).append({ ids, columns: ["a"], rows });
  expect(readdirSync(directory)).toEqual(["datasets"]);
  const cache = new Cache({ backend });
  await cache.set("key", "value");
  expect(await cache.get("key")).toBe("value");
  expect(await backend.datasets.listDatasets()).toEqual(["t"]);
  await cache.close();
});
