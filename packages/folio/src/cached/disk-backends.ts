import { join } from "node:path";
import type { CacheEventListener, Clock } from "@larder/core";
import { packageNeeded } from "../package-needed.js";
import type { StoreLimits } from "./folio-store.js";
import type { BackendsOfStore } from "./store-on-backend.js";
import { policyOf } from "./store-policy.js";

/** The package that keeps a cache on disk. */
export type DiskCachePackage = Awaited<ReturnType<typeof loadDiskCache>>;

/** @throws LarderError `package-needed` */
export function loadDiskCache() {
  return import("@larder/disk-cache").catch(
    packageNeeded(
      "@larder/disk-cache",
      "A folio cache in a directory needs the package @larder/disk-cache. Install it: npm install @larder/disk-cache; or give the option backend.",
    ),
  );
}

interface DiskOptions {
  /** Of the folio cache. */
  readonly directory: string;
  readonly clock: Clock;
  readonly durability: "process" | "power" | undefined;
  readonly limits: StoreLimits | undefined;
  readonly onEvent: CacheEventListener;
}

/** The two views of the cache in a directory: rows stand in its index, and each content is a file, however small. */
export function diskBackends({ DiskCache }: DiskCachePackage, options: DiskOptions): BackendsOfStore {
  const { clock, durability, limits, onEvent } = options;
  const directory = join(options.directory, "store");
  const policy = (given: StoreLimits) => ({
    sizeLimitBytes: given.maxCacheSizeBytes,
    evictionPolicy: policyOf[given.evictionPolicy],
  });
  const settings = {
    directory,
    clock,
    onEvent,
    ...(durability !== undefined && { durability }),
    ...(limits !== undefined && policy(limits)),
  };
  const rows = new DiskCache(settings);
  // The same index, opened once: it would tell of each eviction twice.
  const contents = new DiskCache({
    directory,
    clock,
    inlineLimitBytes: 0,
    ...(durability !== undefined && { durability }),
  });
  return {
    backend: rows,
    contents,
    pathOf: (key) => contents.fileOf(key),
    check: (wanted) => rows.check(wanted),
    setLimits: async (given) => {
      await rows.setPolicy(policy(given));
    },
    async close() {
      await contents.close();
      await rows.close();
    },
  };
}
