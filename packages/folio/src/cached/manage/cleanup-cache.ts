import { type Clock, systemClock } from "@larder/core";
import type { Removed } from "../../folio.js";
import { invalidOption } from "../../invalid-option.js";
import type { FolioStore } from "../folio-store.js";
import { contentSizes } from "./blob-sizes.js";

/** What {@link cleanupCache} removes. */
export interface CleanupOptions {
  /** Of this bundle only; default: of all. */
  readonly url?: string | undefined;
  /** Items that were used (or stored) last longer ago than so many seconds. */
  readonly olderThanSeconds: number;
  /** Only say what would go. Default `false`. */
  readonly dryRun?: boolean | undefined;
  readonly clock?: Clock | undefined;
}

/**
 * Forgets the items that were not used for long, with the contents that no other item has. What is pinned stays.
 *
 * @throws LarderError `invalid-option`
 */
export async function cleanupCache(store: FolioStore, options: CleanupOptions): Promise<Removed> {
  const { url, olderThanSeconds, dryRun = false, clock = systemClock } = options;
  if (!(olderThanSeconds >= 0))
    throw invalidOption("olderThanSeconds", "a number of seconds, 0 or more", olderThanSeconds);
  const before = clock.now() - olderThanSeconds * 1000;
  await store.flush();
  const old: { url: string; name: string; content: string }[] = [];
  const kept = new Set<string>();
  for await (const bundle of store.bundles()) {
    for await (const { name, content, pinned, lastAccessed } of store.items(bundle.url)) {
      const isWanted = url === undefined || bundle.url === url;
      if (isWanted && !pinned && lastAccessed < before) old.push({ url: bundle.url, name, content });
      else kept.add(content);
    }
  }
  const sizes = dryRun ? await contentSizes(store) : new Map<string, number>();
  let bytes = 0;
  for (const item of old) {
    if (!dryRun) bytes += await store.removeItem(item.url, item.name);
    else if (!kept.has(item.content)) {
      kept.add(item.content);
      bytes += sizes.get(item.content) ?? 0;
    }
  }
  return { items: old.length, bytes };
}
