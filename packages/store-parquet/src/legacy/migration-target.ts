import { type Cache, LarderError } from "@larder/core";
import type { Table } from "apache-arrow";
import { itemKey } from "../item-key.js";

/** Where migrated tables go. */
export interface MigrationTarget {
  /** Stores a table as a whole or not at all. */
  write(item: string, table: Table): Promise<unknown>;
  /**
   * What is stored under this name, freshly read, or `undefined`. It must not ask legacy readers: a copy would be compared with its
   * original, and nothing verified.
   */
  readStored(item: string): Promise<unknown>;
  /** Forgets what is stored under this name. */
  discard(item: string): Promise<unknown>;
}

/**
 * A cache as the target, its codecs with Parquet among them. `keyOf` gives the key of an item; default: {@link itemKey}, under which
 * `CacheManager` looks.
 */
export function cacheTarget(
  cache: Pick<Cache, "get" | "set" | "delete">,
  keyOf: (item: string) => string = itemKey,
): MigrationTarget {
  return {
    async write(item, table) {
      const outcome = await cache.set(keyOf(item), table, { origin: `migrated from ${item}` });
      if (!outcome.stored) throw new LarderError(outcome.message, { code: outcome.reason, facts: { item } });
    },
    readStored: (item) => cache.get(keyOf(item)),
    discard: (item) => cache.delete(keyOf(item)),
  };
}
