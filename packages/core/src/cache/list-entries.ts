import type { KeyRange } from "../capabilities/index.js";
import { type CacheEntry, cacheEntry } from "./cache-entry.js";
import type { CacheParts } from "./cache-parts.js";
import { checkKeyRange } from "./check-key-range.js";
import { keysOf } from "./list-keys.js";

/** See `Cache.entries`. @throws UnsupportedCapabilityError */
export function entriesOf(parts: CacheParts, range: KeyRange): AsyncIterable<readonly [string, CacheEntry]> {
  const { limit = Infinity, ...unlimited } = range;
  checkKeyRange(range);
  return fresh(parts, keysOf(parts.backend, unlimited, "Listing entries"), limit);
}

async function* fresh(
  { reader }: CacheParts,
  keys: AsyncIterable<string>,
  limit: number,
): AsyncGenerator<readonly [string, CacheEntry], void> {
  let left = limit;
  if (left === 0) return;
  for await (const key of keys) {
    const found = await reader.find(key);
    if (typeof found === "string") continue;
    const entry = cacheEntry(found);
    try {
      yield [key, entry];
    } finally {
      await entry.close();
    }
    if (--left === 0) return;
  }
}
