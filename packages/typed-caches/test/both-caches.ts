import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Cache, MemoryCache } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";
import { afterEach, describe } from "vitest";

const made: (() => Promise<void>)[] = [];

afterEach(async () => {
  for (const remove of made.splice(0).reverse()) await remove();
});

/** A directory for one test. */
export async function temporaryDirectory(): Promise<string> {
  const directory = await mkdtemp(join(tmpdir(), "larder-typed-"));
  made.push(() => rm(directory, { recursive: true, force: true }));
  return directory;
}

/** A cache on disk for one test. */
export async function diskCache(): Promise<Cache> {
  const cache = new Cache({ backend: new DiskCache({ directory: await temporaryDirectory() }) });
  made.push(() => cache.close());
  return cache;
}

/** The same tests on a cache in memory and on one on disk. */
export function onBothCaches(name: string, tests: (open: () => Promise<Cache>) => void): void {
  describe(`${name}, in memory`, () => tests(async () => new Cache({ backend: new MemoryCache() })));
  describe(`${name}, on disk`, () => tests(diskCache));
}
