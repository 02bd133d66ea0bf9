import { LarderError } from "@larder/core";
import type { Folio } from "./folio.js";
import { listedItem } from "./manifest/listed-item.js";
import { getItem } from "./reading/get-item.js";
import { hasItem, listItems, manifestItem } from "./reading/list-items.js";
import { pinItem, setItemPriority, unpinItem } from "./reading/pin-item.js";
import type { ReadingParts } from "./reading/reading-parts.js";
import { refreshCache, refreshItem } from "./reading/refresh-items.js";
import { streamItem } from "./reading/stream-item.js";
import { schemaOfItem, tableOfItem } from "./reading/table-of-item.js";
import { warmCache } from "./reading/warm-cache.js";
import { addItem } from "./writing/add-item.js";
import { deleteItem } from "./writing/delete-item.js";
import { closeReferences } from "./writing/item-place.js";

/**
 * A folio over its parts. What manages and converts is loaded when it is first called: most who read never do.
 *
 * @param closesRemote - whether the storage is ours to close
 */
export function folioMembers(parts: ReadingParts, { closesRemote }: { readonly closesRemote: boolean }): Folio {
  const { remote, store, settings, clock, background } = parts;
  const { url } = remote;
  const underWay = new Set<Promise<unknown>>();
  let closing: Promise<void> | undefined;

  /** `close` waits for what is under way; nothing begins after it. */
  function during<Args extends unknown[], Result>(
    work: (...args: Args) => Promise<Result>,
  ): (...args: Args) => Promise<Result> {
    return (...args) => {
      if (closing !== undefined) return Promise.reject(closedFolio(url));
      const running = work(...args);
      const over: Promise<unknown> = running.then(
        () => underWay.delete(over),
        () => underWay.delete(over),
      );
      underWay.add(over);
      return running;
    };
  }

  async function closeAll(): Promise<void> {
    await Promise.all(underWay);
    await background.settled();
    // A check whose caller gave up, and what it still writes.
    await parts.known.end();
    await background.settled();
    await closeReferences(parts);
    if (closesRemote) await remote.close?.();
    await store.close();
  }

  const close = () => {
    closing ??= closeAll();
    return closing;
  };

  const item = (name: string) => manifestItem(parts, name);

  return {
    url,
    get: during(async (name, options) => getItem(parts, name, options)) as Folio["get"],
    table: during(async (name, options) => tableOfItem(parts, name, options)),
    stream: during(async (name, options) => streamItem(parts, name, options)),
    getSchema: during(async (name) => schemaOfItem(parts, name)),
    has: during(async (name) => hasItem(parts, name)),
    list: during(async () => listItems(parts)),
    describe: during(async (name) => listedItem(name, await item(name))),
    add: during(async (name, value, options) => addItem(parts, name, value, options)),
    delete: during(async (name) => deleteItem(parts, name)),

    isReference: during(async (name) => (await item(name)).reference !== undefined),
    isIncluded: during(async (name) => (await item(name)).reference === undefined),
    listReferences: during(async () => (await listItems(parts)).filter(({ isReference }) => isReference)),
    convertToReference: during(async (name, options) => {
      const { convertToReference } = await import("./writing/convert-to-reference.js");
      await convertToReference(parts, name, options);
    }),
    convertToIncluded: during(async (name) => {
      const { convertToIncluded } = await import("./writing/convert-to-included.js");
      await convertToIncluded(parts, name);
    }),

    cacheStatus: during(async (name) => {
      const { cacheStatus } = await import("./cached/manage/cache-status.js");
      return cacheStatus(store, url, name, settings, clock);
    }),
    cacheStats: during(async () => {
      const { folioStatistics } = await import("./cached/manage/folio-statistics.js");
      return folioStatistics(store, url);
    }),
    refreshItem: during(async (name, options) => refreshItem(parts, name, options)),
    refreshCache: during(async (options) => refreshCache(parts, options)),
    clearCache: during(async () => {
      const { clearBundle } = await import("./cached/manage/clear-bundle.js");
      const removed = await clearBundle(store, url);
      parts.known.forgotten();
      return removed;
    }),
    warmCache: during(async (options) => warmCache(parts, options)),
    cleanupCache: during(async (options) => {
      const { cleanupCache } = await import("./cached/manage/cleanup-cache.js");
      return cleanupCache(store, { ...options, url, clock });
    }),
    pinCache: during(async (name) => pinItem(parts, name)),
    unpinCache: during(async (name) => unpinItem(parts, name)),
    setCachePriority: during(async (name, priority) => setItemPriority(parts, name, priority)),
    verifyCache: during(async (options) => {
      const { verifyCache } = await import("./cached/manage/verify-cache.js");
      return verifyCache(store, { ...options, url });
    }),
    exportCache: during(async (file, options) => {
      const { exportCache } = await import("./archive/export-cache.js");
      return exportCache(store, url, file, options);
    }),
    importCache: during(async (file, options) => {
      const { importCache } = await import("./archive/import-cache.js");
      return importCache(store, file, options);
    }),
    onCacheInvalidation: (listener) => parts.invalidations.listen(listener),

    analyze: during(async (options) => {
      const { analyzeBundle } = await import("./policy/analyze-bundle.js");
      return analyzeBundle(parts, options);
    }),
    optimizeStorage: during(async (options) => {
      const { optimizeStorage } = await import("./policy/optimize-storage.js");
      return optimizeStorage(parts, options);
    }),

    close,
    [Symbol.asyncDispose]: close,
  };
}

function closedFolio(url: string): LarderError {
  return new LarderError(`The folio of ${url} was closed. Open it again with openFolio.`, {
    code: "closed",
    facts: { url },
  });
}
