import type { BlobRecord } from "@larder/core";
import type { KnownEntry } from "../entry-changes.js";
import { indexKey, keyBytes } from "../entry-key.js";
import type { StoreContext } from "../store-context.js";
import { placesOfTag, taggedKey, tagId, tagNames, writeTagName } from "./tag-rows.js";

/** What a row of `tagged` holds: its key says it all, and LMDB takes no empty rows well. */
const present = Buffer.of(1);

/** Notes the tags of an entry that was written in place of `previous`. Within a transaction. */
export function addTags(context: StoreContext, entry: KnownEntry, previous: KnownEntry | undefined): void {
  const { environment, xxhash } = context;
  if (context.indexesTags === false) return;
  const had = tagsOf(previous?.record);
  for (const tag of tagsOf(entry.record)) {
    if (had.has(tag)) continue;
    writeTagName(context, tag);
    environment.tagged.write(taggedKey(tagId(tag, xxhash), entry.place), present);
  }
}

/** Takes back what {@link addTags} noted of an entry, except for the tags of what replaces it. Within a transaction. */
export function removeTags(context: StoreContext, entry: KnownEntry, replacement: KnownEntry | undefined): void {
  if (context.indexesTags === false) return;
  if (entry.record === undefined) {
    removeUnknownTags(context, entry.place, replacement);
    return;
  }
  for (const tag of tagsOf(entry.record)) removeTag(context, tag, entry.place, replacement?.record);
}

/**
 * Takes back that an entry has a tag, and the tag when it was the last, unless it is noted rightly. Within a transaction.
 *
 * @param record - of the entry, as it will be
 */
export function removeTag(
  { environment, xxhash }: StoreContext,
  tag: string,
  place: Uint8Array,
  record: BlobRecord | undefined,
): void {
  const id = tagId(tag, xxhash);
  // By their ids, which two tags may share.
  for (const kept of tagsOf(record)) if (kept === tag || tagId(kept, xxhash).equals(id)) return;
  environment.tagged.remove(taggedKey(id, place));
  if (placesOfTag(environment.tagged, id, undefined, 1).length > 0) return;
  environment.tagNames.remove(indexKey(keyBytes(tag)));
}

/** The row is damaged, so which tags it had is not known: all are looked at. */
function removeUnknownTags(context: StoreContext, place: Uint8Array, replacement: KnownEntry | undefined): void {
  const { environment, xxhash } = context;
  for (const { tag } of tagNames(context)) {
    if (environment.tagged.read(taggedKey(tagId(tag, xxhash), place)) === undefined) continue;
    removeTag(context, tag, place, replacement?.record);
  }
}

/** The tags in a record. A record from elsewhere may hold anything there. */
export function tagsOf(record: BlobRecord | undefined): ReadonlySet<string> {
  const tags: unknown = record?.tags;
  return Array.isArray(tags) ? new Set(tags.filter((tag) => typeof tag === "string")) : none;
}

const none: ReadonlySet<string> = new Set();
