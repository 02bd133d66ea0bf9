import { DiskCache, type DiskCacheOptions } from "@larder/disk-cache";
import { afterAll } from "vitest";
import { temporaryDirectory } from "./temporary-directory.js";

const opened: DiskCache[] = [];

/** A cache of its own, closed after the tests of the file. */
export function openCache(options: DiskCacheOptions = {}): DiskCache {
  const directory = options.directory ?? temporaryDirectory();
  if (opened.length === 0) {
    afterAll(async () => {
      for (const cache of opened) await cache.close();
    });
  }
  const cache = new DiskCache({ ...options, directory });
  opened.push(cache);
  return cache;
}
