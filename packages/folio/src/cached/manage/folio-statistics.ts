import type { FolioStatistics } from "../../folio.js";
import type { ContentId, FolioStore } from "../folio-store.js";
import { addedCounts, noCounts } from "../store-rows.js";
import { contentSizes } from "./blob-sizes.js";

/**
 * Size and use of one bundle, or of all together. Items count whose content is there; contents that several have count once.
 *
 * @param url - of the bundle; `undefined`: all
 */
export async function folioStatistics(store: FolioStore, url: string | undefined): Promise<FolioStatistics> {
  const contents = new Map<ContentId, number>();
  let counts = noCounts;
  let bundles = 0;
  let items = 0;
  let oldest: number | undefined;
  const sizes = await contentSizes(store);
  for await (const bundle of store.bundles()) {
    if (url !== undefined && bundle.url !== url) continue;
    bundles++;
    counts = addedCounts(counts, await store.counts(bundle.url));
    for await (const item of store.items(bundle.url)) {
      const sizeBytes = sizes.get(item.content);
      if (sizeBytes === undefined) continue;
      items++;
      contents.set(item.content, sizeBytes);
      oldest = Math.min(oldest ?? item.lastAccessed, item.lastAccessed);
    }
  }
  const { sizeBytes, limitBytes } = await store.volume();
  const ofItems = [...contents.values()].reduce((sum, size) => sum + size, 0);
  const totalSizeBytes = url === undefined ? sizeBytes : ofItems;
  const looks = counts.hits + counts.staleHits + counts.misses;
  return {
    ...counts,
    url,
    totalSizeBytes,
    limitBytes,
    usedShare: limitBytes > 0 && Number.isFinite(limitBytes) ? totalSizeBytes / limitBytes : 0,
    bundles,
    items,
    hitRate: looks === 0 ? undefined : (counts.hits + counts.staleHits) / looks,
    oldestAccess: oldest === undefined ? undefined : new Date(oldest),
  };
}
