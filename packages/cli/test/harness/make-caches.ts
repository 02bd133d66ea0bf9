import { join } from "node:path";
import { Cache } from "@larder/core";
import { buildCache, DiskCache } from "@larder/disk-cache";
import { itemKey } from "@larder/store-parquet";
import { Float64, Int32, Int64, Table, Utf8, vectorFromArray } from "apache-arrow";

/** A table of every kind of column that a shell may meet. */
export function sampleTable(): Table {
  return new Table({
    id: vectorFromArray([1n, 9_007_199_254_740_993n, -3n], new Int64()),
    name: vectorFromArray(["Ada", 'say "hi", twice', ""], new Utf8()),
    score: vectorFromArray([1.5, Number.NaN, -0.25], new Float64()),
    count: vectorFromArray([1, null, 3], new Int32()),
  });
}

/** A plain cache in `<folder>/.cache/larder`: a value, a managed table, a large value, a pinned one, and one with a tag. */
export async function makePlainCache(folder: string, directory = join(folder, ".cache", "larder")): Promise<string> {
  const cache = new Cache({ backend: new DiskCache({ directory }) });
  await cache.set("greeting", { hello: "world" }, { tags: ["words"], origin: "test" });
  await cache.set("short-lived", 1, { ttlSeconds: 3600 });
  await cache.set("kept", "for ever", { pinned: true });
  await cache.set("large", new Uint8Array(200_000).fill(7));
  await cache.set(itemKey("people"), sampleTable());
  await cache.set("node:abc", sampleTable(), { origin: "flights/clean", costSeconds: 2 });
  await cache.get("greeting");
  await cache.get("nothing");
  await cache.close();
  return directory;
}

/** Kinds in `<folder>/.cache/larder-kinds`: `plan`, and `extract` in two shards. */
export async function makeKinds(folder: string): Promise<void> {
  const directory = join(folder, ".cache", "larder-kinds");
  const plan = await buildCache("plan", { directory });
  await plan.set("a", 1);
  await plan.close();
  const extract = await buildCache("extract", { directory, kinds: { extract: { shards: 2 } } });
  for (let i = 0; i < 10; i++) await extract.set(`key-${i}`, { i });
  await extract.close();
}
