import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DiskCache } from "@larder/disk-cache";

/** Runs a test with a cache on disk, which is removed after. */
export async function withCache<Result>(use: (cache: DiskCache) => Promise<Result>): Promise<Result> {
  const directory = await mkdtemp(join(tmpdir(), "larder-engines-"));
  const cache = new DiskCache({ directory });
  try {
    return await use(cache);
  } finally {
    await cache.close();
    await rm(directory, { recursive: true, force: true });
  }
}
