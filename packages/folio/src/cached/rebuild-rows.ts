import { LarderError, type TransactionView } from "@larder/core";
import { itemsToldOf, link } from "./content-links.js";
import type { CachedItem, ContentId } from "./folio-store.js";
import { ensureBundle, linkBlob } from "./store-items.js";
import { bundleId, contentKey, contentOfKey, contentPrefix, formatKey, itemKey } from "./store-keys.js";
import type { StoreParts } from "./store-parts.js";
import { readItemRow, rowBlob, rowInView } from "./store-rows.js";

/** Version of the layout of rows. */
const storeFormat = 1;

/** Contents looked at in one transaction. */
const contentsAtOnce = 200;

/**
 * Makes the rows of items anew from the contents that have come back, when the rows were lost with the index: what an item
 * is called, what kind it is, and which content it has; it counts as expired, so that the next `get` checks it. Rows that
 * are there stay as they are.
 *
 * @returns how many rows were made
 */
export async function rebuildRows(parts: StoreParts): Promise<number> {
  const { backend } = parts;
  let made = 0;
  let some: ContentId[] = [];
  const store = async () => {
    const now = some;
    some = [];
    made += await backend.transaction((view) => {
      let count = 0;
      for (const content of now) count += rebuildItemsOf(view, content, parts);
      return count;
    });
  };
  for await (const key of backend.keys({ prefix: contentPrefix })) {
    some.push(contentOfKey(key));
    if (some.length >= contentsAtOnce) await store();
  }
  if (some.length > 0) await store();
  return made;
}

/** {@link rebuildRows} of one content. Within a transaction. @returns how many rows were made */
export function rebuildItemsOf(
  view: TransactionView,
  content: ContentId,
  { clock, xxhash }: Pick<StoreParts, "clock" | "xxhash">,
): number {
  const record = view.record(contentKey(content));
  if (record === undefined) return 0;
  let made = 0;
  for (const { url, name, kind, file, hasRemoteChecksum } of itemsToldOf(record)) {
    const key = itemKey(bundleId(url), name);
    const before = readItemRow(rowInView(view, key));
    if (before !== undefined) continue;
    const row: CachedItem = {
      name,
      kind,
      file,
      content,
      sizeBytes: record.byteLength,
      remoteChecksum: hasRemoteChecksum ? content : undefined,
      remoteVersion: undefined,
      updatedAt: undefined,
      updatedBy: undefined,
      cachedAt: record.createdAt,
      lastVerified: 0,
      accessCount: 0,
      lastAccessed: record.createdAt,
      pinned: record.pinned === true,
      priority: record.priority ?? 0,
    };
    ensureBundle(view, url, clock.now(), xxhash);
    view.set(key, rowBlob(row, clock.now(), xxhash));
    link(view, { url, key, row, before: undefined }, linkBlob(clock.now()));
    made++;
  }
  return made;
}

/**
 * To be called when a store was opened: a layout that a later version wrote is refused, and what an index that was lost
 * had is rebuilt, with the warning `metadata-rebuilt`.
 *
 * @param format - what stands under {@link formatKey}
 * @throws LarderError `newer-format`
 */
export async function prepareRows(parts: StoreParts, format: unknown): Promise<void> {
  const { onEvent, directory } = parts;
  const version = (format as { readonly version?: unknown } | undefined)?.version;
  if (version === storeFormat) return;
  if (typeof version === "number" && version > storeFormat) {
    throw new LarderError(
      `The folio cache ${directory ?? "in memory"} is of format ${version}, and this version of Larder knows ${storeFormat}. Update @larder/folio, or choose another directory.`,
      { code: "newer-format", facts: { directory, format: version, known: storeFormat } },
    );
  }
  const made = await rebuildRows(parts);
  await writeFormat(parts);
  if (made === 0) return;
  const message = `The metadata of the folio cache ${directory ?? "in memory"} were lost, and ${made} items were found again by their files. Each is checked with its remote when it is read next.`;
  onEvent({ type: "warning", code: "metadata-rebuilt", message, facts: { directory, items: made } });
}

/** Says in which layout the rows of a store are. */
export async function writeFormat({ backend, clock, xxhash }: StoreParts): Promise<void> {
  await backend.setBlob(formatKey, rowBlob({ version: storeFormat }, clock.now(), xxhash));
}
