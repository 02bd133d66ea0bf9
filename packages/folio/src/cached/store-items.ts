import type { Xxhash } from "@larder/core";
import { contentDigest, type TransactionView } from "@larder/core";
import { type LinkBlob, link, unlink } from "./content-links.js";
import type { CachedItem, FolioStore, ItemToPut } from "./folio-store.js";
import type { CountedRows, PendingAccess } from "./pending-counts.js";
import { isSmallContent, putSmallContent } from "./small-contents.js";
import { bundleId, bundleKey, bundlePrefix, countKey, itemKey, itemPrefix, tagOfBundle } from "./store-keys.js";
import { hasTags, type StoreBackend, type StoreParts } from "./store-parts.js";
import { addedCounts, readBundleRow, readCountsRow, readItemRow, rowBlob, rowInView } from "./store-rows.js";

type ItemMethods = Pick<
  FolioStore,
  | "bundle"
  | "putBundle"
  | "bundles"
  | "counts"
  | "count"
  | "item"
  | "items"
  | "putItem"
  | "changeItem"
  | "touch"
  | "removeItem"
  | "removeBundle"
>;

/** Items forgotten in one transaction. */
const itemsAtOnce = 200;

/**
 * Rows of bundles and items of a store.
 *
 * @param read - the value of a row; `undefined`: none, or damaged
 * @param putContent - stores a content that is not small
 */
export function storeItems(
  parts: StoreParts,
  read: (key: string) => Promise<unknown>,
  putContent: FolioStore["putContent"],
): ItemMethods {
  const { backend, clock, xxhash, pending, evictions } = parts;

  function withPending(key: string, row: CachedItem): CachedItem {
    const more = pending.accesses(key);
    if (more === undefined) return row;
    return accessed(row, more);
  }

  /** Writes a row, and brings contents up to it. Within a transaction. */
  function put(view: TransactionView, url: string, row: CachedItem, before: CachedItem | undefined): void {
    const id = bundleId(url);
    const key = itemKey(id, row.name);
    view.set(key, rowBlob(row, clock.now(), xxhash));
    if (before !== undefined && before.content !== row.content) unlink(view, url, key, before);
    if (row.pinned !== (before?.pinned ?? false)) evictions.pinsChanged();
    link(view, { url, key, row, before }, linkBlob(clock.now()));
  }

  async function* rowsWithin(prefix: string): AsyncGenerator<CachedItem> {
    for await (const key of backend.keys({ prefix })) {
      const row = readItemRow(await read(key));
      if (row !== undefined) yield withPending(key, row);
    }
  }

  function remove(view: TransactionView, url: string, key: string): { items: number; bytes: number } {
    const row = readItemRow(rowInView(view, key));
    const items = view.delete(key) ? 1 : 0;
    return { items, bytes: row === undefined ? 0 : unlink(view, url, key, row) };
  }

  async function keysWithin(prefix: string): Promise<string[]> {
    const keys: string[] = [];
    for await (const key of backend.keys({ prefix })) keys.push(key);
    return keys;
  }

  return {
    bundle: async (url) => readBundleRow(await read(bundleKey(bundleId(url)))),
    async putBundle(bundle) {
      const key = bundleKey(bundleId(bundle.url));
      await backend.setBlob(key, rowBlob(bundle, clock.now(), xxhash));
    },
    async *bundles() {
      for await (const key of backend.keys({ prefix: bundlePrefix })) {
        const row = readBundleRow(await read(key));
        if (row !== undefined) yield row;
      }
    },
    async counts(url) {
      return addedCounts(readCountsRow(await read(countKey(bundleId(url)))), pending.counts(url));
    },
    count: (url, amounts) => pending.count(url, amounts),
    async item(url, name) {
      const key = itemKey(bundleId(url), name);
      const row = readItemRow(await read(key));
      return row && withPending(key, row);
    },
    items: (url) => rowsWithin(itemPrefix(bundleId(url))),
    async putItem(url, item, from) {
      const key = itemKey(bundleId(url), item.name);
      const small = from !== undefined && isSmallContent(from) ? from.bytes : undefined;
      if (from !== undefined && small === undefined) await putContent(item.content, item.kind, from);
      const write = () =>
        backend.transaction((view) => {
          if (small !== undefined) putSmallContent(view, item, small, parts);
          ensureBundle(view, url, clock.now(), xxhash);
          const before = readItemRow(rowInView(view, key));
          put(view, url, completed(item, before), before);
        });
      if (small !== undefined) return evictions.making(small.byteLength, write);
      await write();
      // Rows need room, too.
      evictions.tell();
    },
    async changeItem(url, name, change) {
      return backend.transaction((view) => {
        const before = readItemRow(rowInView(view, itemKey(bundleId(url), name)));
        if (before === undefined) return false;
        put(view, url, { ...before, ...change, name }, before);
        return true;
      });
    },
    touch: (url, name, confirmed) => pending.touch(itemKey(bundleId(url), name), confirmed),
    async removeItem(url, name) {
      const key = itemKey(bundleId(url), name);
      pending.forgetAccesses([key]);
      return (await backend.transaction((view) => remove(view, url, key))).bytes;
    },
    async removeBundle(url) {
      const id = bundleId(url);
      const keys = await keysWithin(itemPrefix(id));
      pending.forgetAccesses(keys);
      pending.forgetCounts(url);
      let items = 0;
      let bytes = await removeParts(backend, id);
      for (let at = 0; at < keys.length; at += itemsAtOnce) {
        const removed = await backend.transaction((view) => {
          const all = keys.slice(at, at + itemsAtOnce).map((key) => remove(view, url, key));
          return { items: sumOf(all.map((one) => one.items)), bytes: sumOf(all.map((one) => one.bytes)) };
        });
        items += removed.items;
        bytes += removed.bytes;
      }
      await backend.transaction((view) => {
        view.delete(bundleKey(id));
        view.delete(countKey(id));
      });
      return { items, bytes };
    },
  };
}

/** A row with what was counted since. */
function accessed(row: CachedItem, { times, last, confirmed }: PendingAccess): CachedItem {
  // A row that has other content by now was verified by itself, and so was one that is later, unless a clock was ahead.
  const counts = confirmed?.content === row.content && (confirmed.at > row.lastVerified || row.lastVerified > last);
  const lastVerified = counts ? confirmed.at : row.lastVerified;
  const lastAccessed = Math.max(row.lastAccessed, last);
  return { ...row, accessCount: row.accessCount + times, lastAccessed, lastVerified };
}

/** How counted things get into rows. */
export function countedRows(xxhash: Xxhash, now: () => number): CountedRows {
  return {
    addAccess(view, key, access) {
      const row = readItemRow(rowInView(view, key));
      if (row !== undefined) view.set(key, rowBlob(accessed(row, access), now(), xxhash));
    },
    addCounts(view, url, counts) {
      const key = countKey(bundleId(url));
      view.set(key, rowBlob(addedCounts(readCountsRow(rowInView(view, key)), counts), now(), xxhash));
    },
  };
}

/** A bundle that has items has a row. Within a transaction. */
export function ensureBundle(view: TransactionView, url: string, now: number, xxhash: Xxhash): void {
  const key = bundleKey(bundleId(url));
  // Its key alone is looked for: the row holds the manifest, which may be megabytes, and a damaged row goes when it is read.
  const [there] = view.keys({ prefix: key, limit: 1 });
  if (there === undefined) view.set(key, rowBlob({ url }, now, xxhash));
}

/** Link rows hold nothing. */
export function linkBlob(now: number): LinkBlob {
  const record = { codec: "larder.bytes.1", byteLength: 0, checksum: noBytes, createdAt: now, pinned: true };
  return { record, bytes: new Uint8Array(0) };
}

const noBytes = `blake3:${contentDigest(new Uint8Array(0))}`;

function completed(item: ItemToPut, before: CachedItem | undefined): CachedItem {
  return {
    ...item,
    accessCount: item.accessCount ?? before?.accessCount ?? 0,
    lastAccessed: item.lastAccessed ?? before?.lastAccessed ?? item.cachedAt,
    pinned: item.pinned ?? before?.pinned ?? false,
    priority: item.priority ?? before?.priority ?? 0,
  };
}

async function removeParts(backend: StoreBackend, id: string): Promise<number> {
  if (!hasTags(backend)) return 0;
  let bytes = 0;
  for await (const key of backend.taggedKeys({ allTags: [tagOfBundle(id)] })) {
    const stored = await backend.getBlob(key, { countsAsUse: false });
    await stored?.close?.();
    if (await backend.deleteBlob(key)) bytes += stored?.record.byteLength ?? 0;
  }
  return bytes;
}

function sumOf(numbers: readonly number[]): number {
  return numbers.reduce((sum, number) => sum + number, 0);
}
