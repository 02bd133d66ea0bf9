import type { CacheBackend } from "../backend.js";
import type { TagIndex, TagQuery, TagUse } from "../capabilities/index.js";
import { LarderError, UnsupportedCapabilityError } from "../errors.js";
import { backendFailure } from "./backend-failure.js";
import type { CacheParts } from "./cache-parts.js";
import { invalidOption } from "./invalid-option.js";

/** See `Cache.tags`. */
export function tagsOf({ backend }: CacheParts): AsyncIterable<TagUse> {
  return tagIndex(backend, "Listing tags").tags();
}

/** See `Cache.taggedKeys`. */
export function taggedKeys({ backend }: CacheParts, query: TagQuery): AsyncIterable<string> {
  return tagIndex(backend, "Listing keys by tag").taggedKeys(checkTagQuery(query));
}

/**
 * See `Cache.evict`. What is being computed with matching tags began before the eviction, and is not stored after it; what
 * this cache was asked to store before is stored first, and goes as well.
 */
export async function evictTagged(parts: CacheParts, query: TagQuery): Promise<number> {
  const { backend, flights, queue, statistics } = parts;
  const index = tagIndex(backend, "Evicting by tag");
  const checked = checkTagQuery(query);
  const matches = (tags: readonly string[]) => matchesTags(checked, tags);
  flights.supersedeTagged(matches);
  await queue.settled();
  let evicted: number;
  try {
    evicted = await index.deleteTagged(checked);
  } catch (error) {
    throw backendFailure(
      "evict what is tagged",
      [...(checked.allTags ?? []), ...(checked.anyTags ?? [])].join(", "),
      error,
    );
  }
  // Those that began meanwhile may have read what was about to go.
  flights.supersedeTagged(matches);
  statistics?.count("deletes", evicted);
  return evicted;
}

function matchesTags({ allTags = [], anyTags }: TagQuery, tags: readonly string[]): boolean {
  if (anyTags !== undefined && !anyTags.some((tag) => tags.includes(tag))) return false;
  return allTags.every((tag) => tags.includes(tag));
}

/**
 * @throws LarderError `invalid-option` when a list is no array of strings, or names no tag
 * @throws LarderError `empty-tag-query` when neither is given
 */
function checkTagQuery({ allTags, anyTags }: TagQuery): TagQuery {
  if (allTags === undefined && anyTags === undefined) {
    throw new LarderError(
      "A tag query must name at least one tag, in allTags or in anyTags. To forget everything, call clear().",
      { code: "empty-tag-query" },
    );
  }
  for (const [name, tags] of Object.entries({ allTags, anyTags })) {
    if (tags === undefined) continue;
    const valid = Array.isArray(tags) && tags.length > 0 && tags.every((tag) => typeof tag === "string");
    if (!valid) throw invalidOption(name, "an array of at least one string", tags);
  }
  return {
    ...(allTags !== undefined && { allTags: [...allTags] }),
    ...(anyTags !== undefined && { anyTags: [...anyTags] }),
  };
}

function tagIndex(backend: CacheBackend, operation: string): TagIndex {
  if (backend.supports?.tags !== true) throw new UnsupportedCapabilityError("tags", operation);
  return backend as CacheBackend & TagIndex;
}
