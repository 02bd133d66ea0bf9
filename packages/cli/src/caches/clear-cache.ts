import { readdir, stat } from "node:fs/promises";
import { join } from "node:path";
import type { CacheOnDisk } from "./cache-on-disk.js";
import { type OpenCache, withCache } from "./open-cache.js";

/** Entries, and what they take up in bytes. */
export interface Amount {
  readonly items: number;
  readonly bytes: number;
}

/** @param tables - with the tables of databases that are kept beside the entries */
export async function sizeOfCache(found: CacheOnDisk, tables: boolean): Promise<Amount> {
  return withCache(found, (open) => amountIn(open, tables));
}

/** Forgets all entries of a cache. @returns what there is less of than before */
export async function clearCache(found: CacheOnDisk, tables: boolean): Promise<Amount> {
  return withCache(found, async (open) => {
    const before = await amountIn(open, tables);
    await open.cache.clear();
    if (tables) for (const name of await open.datasets()) await open.removeDataset(name);
    const after = await amountIn(open, tables);
    return { items: Math.max(0, before.items - after.items), bytes: Math.max(0, before.bytes - after.bytes) };
  });
}

async function amountIn({ cache, datasets, datasetPath }: OpenCache, tables: boolean): Promise<Amount> {
  const { entries, sizeBytes } = await cache.volume();
  const names = tables ? await datasets() : [];
  const sizes = await Promise.all(names.map((name) => bytesBelow(datasetPath(name))));
  return { items: entries + names.length, bytes: sizes.reduce((sum, bytes) => sum + bytes, sizeBytes) };
}

/** Bytes of the files in a directory and all below it. */
async function bytesBelow(directory: string): Promise<number> {
  const entries = await readdir(directory, { recursive: true, withFileTypes: true }).catch(() => []);
  const files = entries.filter((entry) => entry.isFile()).map(({ parentPath, name }) => join(parentPath, name));
  const sizes = await Promise.all(
    files.map((file) =>
      stat(file).then(
        ({ size }) => size,
        () => 0,
      ),
    ),
  );
  return sizes.reduce((sum, size) => sum + size, 0);
}
