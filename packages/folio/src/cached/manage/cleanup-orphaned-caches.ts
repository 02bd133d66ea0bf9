import { type Clock, systemClock } from "@larder/core";
import { sweepStaging } from "../../archive/staging-directory.js";
import type { Removed } from "../../folio.js";
import type { FolioStore } from "../folio-store.js";
import {
  allItemsPrefix,
  bundleId,
  bundleKey,
  contentOfKey,
  contentPrefix,
  itemKey,
  itemOfKey,
  linkPrefix,
  linksOf,
  partPrefix,
  partsOfLink,
  tagOfBundle,
} from "../store-keys.js";
import { readItemRow, rowInView } from "../store-rows.js";
import { backendOf, blobSizes } from "./blob-sizes.js";
import { clearBundle } from "./clear-bundle.js";
import { sweepDownloads } from "./sweep-downloads.js";

/** What {@link cleanupOrphanedCaches} goes by. */
export interface OrphanOptions {
  /** Whether a bundle still is where its address says; absent: nobody asks. A bundle for which it rejects stays. */
  readonly isThere?: ((url: string) => Promise<boolean>) | undefined;
  /** Only say what would go. Default `false`. */
  readonly dryRun?: boolean | undefined;
  readonly clock?: Clock | undefined;
}

/** Younger contents are left: whoever stores them may be about to name them in a row, when an archive is complete. */
const graceMs = 3_600_000;

const downloadsAfterMs = 24 * 3_600_000;

/**
 * Removes what nothing leads to: bundles that are no more, contents that no item has, rows of bundles that are not known, rows
 * whose content is gone (unless they are pinned or prioritised), parts of bundles that are not known, downloads that nobody
 * went on with for a day, and what imports left that were killed.
 *
 * @returns bundles, items, contents, parts and downloads that went, and their bytes
 */
export async function cleanupOrphanedCaches(store: FolioStore, options: OrphanOptions = {}): Promise<Removed> {
  const { isThere, dryRun = false, clock = systemClock } = options;
  const sum = { items: 0, bytes: 0 };
  const add = ({ items, bytes }: Removed) => {
    sum.items += items;
    sum.bytes += bytes;
  };
  if (isThere !== undefined) {
    for (const url of await urlsOf(store)) {
      if (await isThere(url).catch(() => true)) continue;
      add(await clearBundle(store, url, { dryRun }));
    }
  }
  add(await orphanedRows(store, dryRun));
  add(await orphanedContents(store, clock.now(), dryRun));
  add(await orphanedParts(store, dryRun));
  add(await sweepDownloads(store, { olderThanMs: downloadsAfterMs, now: Date.now(), dryRun }));
  if (!dryRun && store.directory !== undefined) await sweepStaging(store.directory);
  return sum;
}

async function urlsOf(store: FolioStore): Promise<string[]> {
  const urls: string[] = [];
  for await (const { url } of store.bundles()) urls.push(url);
  return urls;
}

async function orphanedRows(store: FolioStore, dryRun: boolean): Promise<Removed> {
  const backend = backendOf(store);
  const ids = new Set<string>();
  let items = 0;
  for (const url of await urlsOf(store)) {
    ids.add(bundleId(url));
    for await (const row of store.items(url)) {
      if (row.pinned || row.priority > 0 || (await store.hasContent(row.content))) continue;
      items++;
      if (!dryRun) await store.removeItem(url, row.name);
    }
  }
  for await (const key of backend.keys({ prefix: allItemsPrefix })) {
    if (ids.has(itemOfKey(key).id)) continue;
    const { id } = itemOfKey(key);
    // Looked at again as one step: the bundle may have come meanwhile.
    const goes = dryRun || (await backend.transaction((view) => !view.record(bundleKey(id)) && view.delete(key)));
    if (goes) items++;
  }
  return { items, bytes: 0 };
}

async function orphanedContents(store: FolioStore, now: number, dryRun: boolean): Promise<Removed> {
  const backend = backendOf(store);
  const named = new Set<string>();
  const rows = new Set<string>();
  for (const url of await urlsOf(store)) {
    for await (const { name, content } of store.items(url)) {
      named.add(content);
      rows.add(`${content} ${itemKey(bundleId(url), name)}`);
    }
  }
  for await (const key of backend.keys({ prefix: linkPrefix })) {
    const { content, itemKey } = partsOfLink(key);
    if (dryRun || rows.has(`${content} ${itemKey}`)) continue;
    await backend.transaction((view) => {
      if (readItemRow(rowInView(view, itemKey))?.content !== content) view.delete(key);
    });
  }
  let items = 0;
  let bytes = 0;
  for await (const { key, byteLength, record } of blobSizes(store, contentPrefix)) {
    if (named.has(contentOfKey(key)) || now - record.createdAt < graceMs) continue;
    // Looked at again as one step: somebody may name it just now.
    const goes = dryRun || (await removeUnnamed(store, key));
    if (goes) items++;
    if (goes) bytes += byteLength;
  }
  return { items, bytes };
}

function removeUnnamed(store: FolioStore, key: string): Promise<boolean> {
  return backendOf(store).transaction((view) => {
    const [link] = view.keys({ prefix: linksOf(contentOfKey(key)), limit: 1 });
    return link === undefined && view.delete(key);
  });
}

async function orphanedParts(store: FolioStore, dryRun: boolean): Promise<Removed> {
  const backend = backendOf(store);
  const known = new Set((await urlsOf(store)).map((url) => tagOfBundle(bundleId(url))));
  let items = 0;
  let bytes = 0;
  for await (const { key, byteLength, record } of blobSizes(store, partPrefix)) {
    const owner = record.tags?.find((tag) => tag.startsWith(tagOfBundle("")));
    if (owner === undefined || known.has(owner)) continue;
    items++;
    bytes += byteLength;
    if (!dryRun) await backend.deleteBlob(key);
  }
  return { items, bytes };
}
