import { loadXxhash, systemClock } from "@larder/core";
import { link } from "../content-links.js";
import type { FolioStore } from "../folio-store.js";
import { rebuildItemsOf } from "../rebuild-rows.js";
import { linkBlob } from "../store-items.js";
import { bundleId, itemKey, itemOfKey, linkPrefix, partsOfLink } from "../store-keys.js";
import { readItemRow, rowInView } from "../store-rows.js";
import { backendOf } from "./blob-sizes.js";

/** A row that is not there, although another says that it should be. */
export interface LostRow {
  /** Of the item. */
  readonly name: string;
  readonly problem: "missing" | "damaged";
  /** Makes it anew, or takes back what speaks of it. @returns whether nothing is wrong any more */
  repair(): Promise<boolean>;
}

/**
 * Rows of items and links that were lost on their own: an item of which only its link is left, and the other way round.
 */
export async function lostRows(store: FolioStore, url: string | undefined): Promise<LostRow[]> {
  const backend = backendOf(store);
  const lost: LostRow[] = [];
  const wanted = url === undefined ? undefined : bundleId(url);
  const urls = new Map<string, string>();
  for await (const bundle of store.bundles()) urls.set(bundleId(bundle.url), bundle.url);

  const known = new Map<string, string>();
  for (const [id, address] of urls) {
    for await (const { name, content } of store.items(address)) known.set(itemKey(id, name), content);
  }
  const linked = new Set<string>();
  for await (const key of backend.keys({ prefix: linkPrefix })) {
    const { content, itemKey: item } = partsOfLink(key);
    const { id, name } = itemOfKey(item);
    if (wanted !== undefined && id !== wanted) continue;
    linked.add(`${content} ${item}`);
    if (known.get(item) === content) continue;
    lost.push({ name, problem: "missing", repair: () => restoreItem(store, key) });
  }
  for (const [item, content] of known) {
    const { id, name } = itemOfKey(item);
    if ((wanted !== undefined && id !== wanted) || linked.has(`${content} ${item}`)) continue;
    lost.push({ name, problem: "missing", repair: () => restoreLink(store, urls.get(id)!, item) });
  }
  return lost;
}

/** The row of a link; where nothing tells of it, the link goes too. */
async function restoreItem(store: FolioStore, key: string): Promise<boolean> {
  const { content, itemKey: item } = partsOfLink(key);
  const xxhash = await loadXxhash();
  return backendOf(store).transaction((view) => {
    rebuildItemsOf(view, content, { clock: systemClock, xxhash });
    if (readItemRow(rowInView(view, item))?.content !== content) view.delete(key);
    return true;
  });
}

async function restoreLink(store: FolioStore, url: string, item: string): Promise<boolean> {
  return backendOf(store).transaction((view) => {
    const row = readItemRow(rowInView(view, item));
    if (row !== undefined) link(view, { url, key: item, row, before: undefined }, linkBlob(systemClock.now()));
    return true;
  });
}
