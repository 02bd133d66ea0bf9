import { systemClock } from "@larder/core";
import { effectiveSettings } from "../../configuration/effective-settings.js";
import type { CachedBundle, FolioStore } from "../folio-store.js";
import { openFolioStore } from "../open-folio-store.js";
import { cacheStatus } from "./cache-status.js";
import { changeStrength } from "./change-strength.js";
import { cleanupCache } from "./cleanup-cache.js";
import { cleanupOrphanedCaches } from "./cleanup-orphaned-caches.js";
import { clearAll } from "./clear-all.js";
import { clearBundle } from "./clear-bundle.js";
import type { FolioCache, ListedCacheItem, OpenFolioCacheOptions } from "./folio-cache.js";
import { folioStatistics } from "./folio-statistics.js";
import { verifyCache } from "./verify-cache.js";

/**
 * Opens the cache of folios to manage it; makes the directory where there is none.
 *
 * @throws as `openFolioStore`; LarderError of the settings
 */
export async function openFolioCache(options: OpenFolioCacheOptions = {}): Promise<FolioCache> {
  const { clock = systemClock, onEvent } = options;
  const settings = options.settings ?? effectiveSettings().settings;
  const directory = options.directory ?? settings.directory;
  // Limits are left as they are: who looks at a cache says nothing of how large it shall be.
  const store = await openFolioStore({ directory, clock, onEvent });
  return {
    directory: store.directory!,
    settings,
    store,
    bundles: () => store.bundles(),
    items: (url) => itemsOf(store, url),
    find: (text) => findBundles(store, text),
    statistics: (url) => folioStatistics(store, url),
    status: (url, name) => cacheStatus(store, url, name, settings, clock),
    clear: (url, wanted) => clearBundle(store, url, wanted),
    clearAll: (wanted) => clearAll(store, wanted),
    cleanup: (wanted) => cleanupCache(store, { ...wanted, clock }),
    cleanupOrphaned: (wanted) => cleanupOrphanedCaches(store, { ...wanted, clock }),
    pin: (url, name) => changeStrength(store, url, name, { pinned: true }),
    unpin: (url, name) => changeStrength(store, url, name, { pinned: false }),
    setPriority: (url, name, priority) => changeStrength(store, url, name, { priority }),
    verify: (wanted) => verifyCache(store, wanted),
    async export(file, { url, ...wanted } = {}) {
      const { exportCache } = await import("../../archive/export-cache.js");
      return exportCache(store, url, file, wanted);
    },
    async import(file, wanted) {
      const { importCache } = await import("../../archive/import-cache.js");
      return importCache(store, file, wanted);
    },
    close: () => store.close(),
    [Symbol.asyncDispose]: () => store.close(),
  };
}

async function* itemsOf(store: FolioStore, url: string | undefined): AsyncGenerator<ListedCacheItem> {
  for await (const bundle of store.bundles()) {
    if (url !== undefined && bundle.url !== url) continue;
    for await (const item of store.items(bundle.url)) {
      yield { ...item, url: bundle.url, cached: await store.hasContent(item.content) };
    }
  }
}

async function findBundles(store: FolioStore, text: string): Promise<readonly CachedBundle[]> {
  const wanted = text.replace(/\/+$/, "");
  const exact: CachedBundle[] = [];
  const within: CachedBundle[] = [];
  for await (const bundle of store.bundles()) {
    const { url } = bundle;
    if (url === wanted || url.endsWith(`/${wanted}`)) exact.push(bundle);
    else if (wanted !== "" && url.includes(wanted)) within.push(bundle);
  }
  return exact.length > 0 ? exact : within;
}
