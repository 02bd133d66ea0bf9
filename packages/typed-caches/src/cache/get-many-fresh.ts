import type { Cache } from "@larder/core";
import pLimit from "p-limit";

const lookUpsAtOnce = 64;

/** As `Cache.getMany`; what was stored longer ago than `ttlSeconds` is a miss, as for `getOrSet`, also where it was to live longer. */
export async function getManyFresh<T>(
  cache: Cache,
  keys: readonly string[],
  ttlSeconds: number | undefined,
): Promise<Map<string, T>> {
  if (ttlSeconds === undefined) return cache.getMany<T>(keys);
  const limit = pLimit(lookUpsAtOnce);
  const found = new Map<string, T>();
  const latest = Date.now() - ttlSeconds * 1000;
  const look = async (key: string) => {
    const entry = await cache.entry(key);
    if (entry === undefined) return;
    try {
      if (entry.record.createdAt > latest) found.set(key, await entry.value<T>());
    } catch {
      // Damaged: a miss, of which the cache has told.
    } finally {
      await entry.close();
    }
  };
  await Promise.all(keys.map((key) => limit(look, key)));
  return found;
}
