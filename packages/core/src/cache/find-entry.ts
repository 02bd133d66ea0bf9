import { type CacheEntry, cacheEntry } from "./cache-entry.js";
import type { CacheParts } from "./cache-parts.js";
import { newerWithin } from "./newer-formats.js";

/** See `Cache.entry`. */
export async function findEntry({ newer, reader, onEvent }: CacheParts, key: string): Promise<CacheEntry | undefined> {
  const found = await reader.find(key);
  if (typeof found === "string") {
    onEvent?.({ type: "miss", key, reason: found });
    return undefined;
  }
  onEvent?.({ type: "hit", key, record: found.stored.record });
  return cacheEntry(found, (error) => {
    const why = newerWithin(key, error);
    if (why !== undefined) newer.met(key, found.stored.record, why);
  });
}
