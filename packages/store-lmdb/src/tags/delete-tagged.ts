import type { TagQuery } from "@larder/core";
import type { OpenStore } from "../open-store.js";
import type { StoreContext } from "../store-context.js";
import { knownEntryAt, removeKnownEntry } from "../store-operations.js";
import { checkTagIndex } from "./has-tag-index.js";
import { removeTag, tagsOf } from "./index-tags.js";
import { drivingTags, matches, type PreparedQuery, prepareQuery } from "./tag-query.js";
import { placesOfTag, tagId } from "./tag-rows.js";

/** Entries looked at in one transaction: it holds up every other writer. */
const stepEntries = 500;

/**
 * Forgets the blobs that a query means, some in each transaction. Those that are stored meanwhile may stay or go.
 *
 * @returns how many there were
 * @throws LarderError `empty-tag-query` when it names no tag
 */
export async function deleteTagged(store: OpenStore, query: TagQuery, limit = stepEntries): Promise<number> {
  checkTagIndex(store, "Deleting by tag");
  const prepared = prepareQuery(query);
  store.environment.refresh();
  let deleted = 0;
  for (const tag of drivingTags(store, prepared)) {
    let from: Uint8Array | undefined;
    do {
      const start = from;
      const step = await store.batches.run(() => deleteSome(store, prepared, { tag, from: start, limit }));
      deleted += step.deleted;
      from = step.next;
    } while (from !== undefined);
  }
  return deleted;
}

/** The next entries that have `tag`. Within a transaction. */
function deleteSome(
  context: StoreContext,
  query: PreparedQuery,
  { tag, from, limit }: { readonly tag: string; readonly from: Uint8Array | undefined; readonly limit: number },
): { readonly deleted: number; readonly next: Uint8Array | undefined } {
  const places = placesOfTag(context.environment.tagged, tagId(tag, context.xxhash), from, limit);
  let deleted = 0;
  for (const place of places) {
    const entry = knownEntryAt(context, place);
    if (entry?.record === undefined || !tagsOf(entry.record).has(tag)) removeTag(context, tag, place, entry?.record);
    else if (matches(query, entry.record)) {
      removeKnownEntry(context, entry);
      deleted++;
    }
  }
  return { deleted, next: places.length < limit ? undefined : Buffer.concat([places.at(-1)!, Buffer.of(0)]) };
}
