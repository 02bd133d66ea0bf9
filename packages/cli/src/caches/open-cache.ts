import { existsSync } from "node:fs";
import { join } from "node:path";
import { Cache, LarderError } from "@larder/core";
import { buildCache, type CheckReport, DiskCache } from "@larder/disk-cache";
import { type CacheOnDisk, folderOfKinds } from "./cache-on-disk.js";

/** A cache that is open, whatever it is: the store of a folio's local half as well. */
export interface OpenCache {
  readonly cache: Cache;
  /** Reads everything and names what does not fit together; repairs it with `fix`. */
  check(fix: boolean): Promise<CheckReport>;
  /** Sets the limit for all processes, and evicts what is over it. @returns entries that went */
  limitTo(sizeLimitBytes: number): Promise<number>;
  /** Names of the tables of databases that are kept beside the entries. */
  datasets(): Promise<readonly string[]>;
  datasetPath(table: string): string;
  removeDataset(table: string): Promise<boolean>;
  close(): Promise<void>;
}

/**
 * Opens a cache that is there. Looking at it is not counted as use.
 *
 * @throws LarderError those of `DiskCache` and `buildCache`
 */
export async function openCache(found: CacheOnDisk): Promise<OpenCache> {
  return found.type === "kind" ? openKind(found) : openDirectory(found);
}

async function openDirectory({ type, directory }: CacheOnDisk): Promise<OpenCache> {
  const place = type === "folio" ? join(directory, "store") : directory;
  const backend = new DiskCache({ directory: place });
  const cache = new Cache({ backend, statistics: false });
  return {
    cache,
    check: (fix) => backend.check({ fix }),
    async limitTo(sizeLimitBytes) {
      await backend.setPolicy({
        sizeLimitBytes: sizeLimitBytes === Number.POSITIVE_INFINITY ? undefined : sizeLimitBytes,
      });
      return sizeLimitBytes === Number.POSITIVE_INFINITY ? 0 : backend.cull(sizeLimitBytes);
    },
    datasets: async () => (existsSync(join(place, "datasets")) ? backend.datasets.listDatasets() : []),
    datasetPath: (table) => backend.datasets.datasetPath(table),
    removeDataset: (table) => backend.datasets.removeDataset(table),
    close: () => cache.close(),
  };
}

async function openKind(found: CacheOnDisk): Promise<OpenCache> {
  const { kind, directory } = found;
  if (kind === undefined) {
    throw new LarderError(
      `The name of the kind in ${directory} was cut, and can't be told from its directory. Open it with buildCache.`,
      {
        code: "unknown-kind",
        facts: { directory },
      },
    );
  }
  const settings = { directory: folderOfKinds(found), statistics: false };
  const cache = await buildCache(kind, settings);
  return {
    cache,
    check: (fix) => cache.check({ fix }),
    async limitTo(sizeLimitBytes) {
      const before = (await cache.volume()).entries;
      const again = await buildCache(kind, { ...settings, sizeLimitBytes });
      await again.close();
      return before - (await cache.volume()).entries;
    },
    datasets: async () => [],
    datasetPath: () => join(directory, "datasets"),
    removeDataset: async () => false,
    close: () => cache.close(),
  };
}

/** Opens a cache, does something with it, and closes it. */
export async function withCache<Result>(
  found: CacheOnDisk,
  use: (open: OpenCache) => Promise<Result>,
): Promise<Result> {
  const open = await openCache(found);
  try {
    return await use(open);
  } finally {
    await open.close();
  }
}
