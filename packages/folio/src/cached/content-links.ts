import type { BlobRecord, TransactionView } from "@larder/core";
import type { CachedItem, ContentId } from "./folio-store.js";
import { bundleKey, contentKey, itemOfKey, knownUrl, linkKey, linksOf, partsOfLink } from "./store-keys.js";
import { isItemKind, readBundleRow, readItemRow, rowInView } from "./store-rows.js";

/**
 * What a content's record tells of the items that have it, so that their rows can be made anew when the index is lost: a
 * content is a file, which the journal of the cache brings back with its record, and rows stand in the index alone.
 */
export interface ItemTold extends Pick<CachedItem, "name" | "kind" | "file"> {
  readonly url: string;
  /** Whether the content is named by the checksum that the manifest had. */
  readonly hasRemoteChecksum: boolean;
}

/** So many items are told of. Those beyond are found again by their manifest, and need no download then either. */
const itemsTold = 16;

const tagStart = "item ";

/** The tag that tells of an item. */
function tagOfItem({ url, name, kind, file, hasRemoteChecksum }: ItemTold): string {
  // JSON writes what is no Unicode as digits, so that it is a tag like any other.
  return tagStart + JSON.stringify([url, name, kind, hasRemoteChecksum ? 1 : 0, ...(file === undefined ? [] : [file])]);
}

/** The items that the record of a content tells of. */
export function itemsToldOf({ tags = [] }: Pick<BlobRecord, "tags">): ItemTold[] {
  const told: ItemTold[] = [];
  for (const tag of tags) {
    if (!tag.startsWith(tagStart)) continue;
    try {
      const [url, name, kind, checksum, file] = JSON.parse(tag.slice(tagStart.length)) as unknown[];
      if (typeof url !== "string" || typeof name !== "string" || !isItemKind(kind)) continue;
      told.push({
        url,
        name,
        kind,
        file: typeof file === "string" ? file : undefined,
        hasRemoteChecksum: checksum === 1,
      });
    } catch {
      // A tag of somebody else.
    }
  }
  return told;
}

/**
 * An item has a content from now on; its row was written before. Within a transaction.
 *
 * @param before - its row until now
 */
export function link(view: TransactionView, { url, key, row, before }: LinkedItem, emptyBlob: LinkBlob): void {
  const isNew = before?.content !== row.content;
  if (isNew) view.set(linkKey(row.content, key), emptyBlob);
  const record = view.record(contentKey(row.content));
  if (record === undefined) return;
  const told = tagOfItem({ ...row, url, hasRemoteChecksum: row.remoteChecksum === row.content });
  const tags = record.tags ?? [];
  const isTold = tags.includes(told) || tags.length >= itemsTold;
  // Another tag may tell of the same item as it was before.
  const others = isTold ? tags : tags.filter((tag) => !tellsOf(tag, url, row.name));
  const known = strengthOf(record);
  const most = { pinned: known.pinned || row.pinned, priority: Math.max(known.priority, row.priority) };
  // Only who gave a content its strength can take it away, and only then its other items are looked through.
  const weakens = before !== undefined && !isNew && isWeaker(row, before) && isStrongest(before, known);
  const strength = weakens ? strongest(view, row.content, most) : most;
  if (isTold && !isWeaker(strength, known) && !isWeaker(known, strength)) return;
  view.setRecord(contentKey(row.content), {
    ...withStrength(record, strength),
    tags: isTold ? tags : [...others, told],
  });
}

/** An item, and where it stands. */
export interface LinkedItem {
  readonly url: string;
  readonly key: string;
  readonly row: CachedItem;
  readonly before: CachedItem | undefined;
}

/** What a link is: nothing, with a record. */
export type LinkBlob = Parameters<TransactionView["set"]>[1];

/**
 * An item has a content no longer; its row was changed or deleted before. The content goes with its last item. Within a
 * transaction.
 *
 * @returns what became free, in bytes
 */
export function unlink(view: TransactionView, url: string, key: string, before: CachedItem): number {
  const { content } = before;
  view.delete(linkKey(content, key));
  const record = view.record(contentKey(content));
  if (record === undefined) return 0;
  const [other] = view.keys({ prefix: linksOf(content), limit: 1 });
  if (other === undefined) {
    view.delete(contentKey(content));
    return record.byteLength;
  }
  const { name } = itemOfKey(key);
  const { tags = [] } = record;
  const others = tags.filter((tag) => !tellsOf(tag, url, name));
  const known = strengthOf(record);
  const strength = isStrongest(before, known) ? strongest(view, content, known) : known;
  if (others.length === tags.length && strength === known) return 0;
  view.setRecord(contentKey(content), { ...withStrength(record, strength), tags: others });
  return 0;
}

/** Brings pin and priority of a content up to those of its items, and tells of them. Within a transaction. */
export function relink(view: TransactionView, content: ContentId): void {
  const record = view.record(contentKey(content));
  if (record === undefined) return;
  const tags: string[] = [];
  for (const linkedKey of view.keys({ prefix: linksOf(content), limit: itemsTold })) {
    const key = partsOfLink(linkedKey).itemKey;
    const row = readItemRow(rowInView(view, key));
    const url = urlInView(view, itemOfKey(key).id);
    if (row?.content !== content || url === undefined) continue;
    tags.push(tagOfItem({ ...row, url, hasRemoteChecksum: row.remoteChecksum === content }));
  }
  view.setRecord(contentKey(content), { ...withStrength(record, strongest(view, content)), tags });
}

/** The address of a bundle, by its id. Its row, which holds the manifest too, is read at most once. */
function urlInView(view: TransactionView, id: string): string | undefined {
  return knownUrl(id) ?? readBundleRow(rowInView(view, bundleKey(id)))?.url;
}

type Strength = Pick<CachedItem, "pinned" | "priority">;

function strengthOf({ pinned = false, priority = 0 }: BlobRecord): Strength {
  return { pinned, priority };
}

function isWeaker(one: Strength, other: Strength): boolean {
  return (!one.pinned && other.pinned) || one.priority < other.priority;
}

/** Whether an item may be the one that a content has pin or priority from. */
function isStrongest({ pinned, priority }: Strength, known: Strength): boolean {
  return (pinned && known.pinned) || (priority > 0 && priority >= known.priority);
}

/** The strongest of the items that have a content. @param most - what none of them is beyond: it is looked no further then */
function strongest(view: TransactionView, content: ContentId, most?: Strength): Strength {
  let pinned = false;
  let priority = 0;
  for (const linkedKey of view.keys({ prefix: linksOf(content) })) {
    const row = readItemRow(rowInView(view, partsOfLink(linkedKey).itemKey));
    if (row?.content !== content) continue;
    pinned ||= row.pinned;
    priority = Math.max(priority, row.priority);
    if (most !== undefined && !isWeaker({ pinned, priority }, most)) break;
  }
  return { pinned, priority };
}

function withStrength(record: BlobRecord, { pinned, priority }: Strength): BlobRecord {
  const { pinned: _pinned, priority: _priority, ...others } = record;
  return { ...others, ...(pinned && { pinned }), ...(priority > 0 && { priority }) };
}

function tellsOf(tag: string, url: string, name: string): boolean {
  return tag.startsWith(`${tagStart}${JSON.stringify([url, name]).slice(0, -1)},`);
}
