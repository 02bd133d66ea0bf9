import { resolve } from "node:path";
import type { DatasetStore } from "@larder/core";
import type { Table } from "apache-arrow";
import type { CacheOptions } from "../cache-options.js";
import { FetchBatchError } from "../errors/fetch-batch-error.js";
import { invalidOption } from "../errors/invalid-request.js";
import { cacheDirectory } from "./cache-directory.js";

/** A cache with datasets that is opened here. */
interface OwnCache {
  readonly datasets: DatasetStore<Table>;
  close(): Promise<void>;
}

const opened = new Map<string, Promise<OwnCache>>();

/**
 * The store that options say. Caches that are opened here stay open, one for each directory.
 *
 * @throws FetchBatchError `package-needed`, `invalid-option`, `invalid-configuration`
 */
export async function storeOf({ cache, directory }: CacheOptions): Promise<DatasetStore<Table>> {
  if (cache === undefined) return (await sharedCache(directory ?? (await cacheDirectory()))).datasets;
  const store: unknown = typeof cache === "object" && cache !== null && "datasets" in cache ? cache.datasets : cache;
  if (typeof store === "object" && store !== null && "openDataset" in store) return store as DatasetStore<Table>;
  throw invalidOption("cache", "a DiskCache, something with datasets, or a store of datasets", cache);
}

/** Closes the caches that were opened because a call had no `cache`. Later calls open them again. */
export async function closeCaches(): Promise<void> {
  const caches = [...opened.values()];
  opened.clear();
  await Promise.all(caches.map(async (cache) => (await cache).close()));
}

function sharedCache(directory: string): Promise<OwnCache> {
  const path = resolve(directory);
  let cache = opened.get(path);
  if (cache === undefined) {
    cache = openCache(path);
    opened.set(path, cache);
    cache.catch(() => opened.delete(path));
  }
  return cache;
}

async function openCache(directory: string): Promise<OwnCache> {
  const { DiskCache } = await import("@larder/disk-cache").catch((cause: unknown) => {
    if ((cause as NodeJS.ErrnoException).code !== "ERR_MODULE_NOT_FOUND") throw cause;
    throw new FetchBatchError(
      "No cache was given, and to open one in a directory needs the package @larder/disk-cache. Install it: npm install @larder/disk-cache; or give the option cache.",
      { code: "package-needed", facts: { package: "@larder/disk-cache" }, cause },
    );
  });
  return new DiskCache({ directory });
}
