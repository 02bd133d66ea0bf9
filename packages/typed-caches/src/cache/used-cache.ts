import type { Cache } from "@larder/core";
import { invalidOption } from "./invalid-option.js";
import { packageNeeded } from "./package-needed.js";
import type { TypedCache, TypedCacheOptions } from "./typed-cache-options.js";

/** The cache that a typed cache keeps its entries in. */
export interface UsedCache extends TypedCache {
  /** The options to store with, `undefined` where the settings of the cache decide. */
  readonly ttlSeconds: number | undefined;
}

/**
 * The cache that options say, opened on first use.
 *
 * @param kind - its kind where it is opened by a profile or here
 * @param defaultTtlSeconds - when the options say none
 * @throws LarderError `invalid-option`
 */
export function usedCache(kind: string, options: TypedCacheOptions, defaultTtlSeconds?: number): UsedCache {
  const { cache, profile, settings } = options;
  if (cache !== undefined && typeof cache?.getOrSet !== "function") {
    throw invalidOption("cache", "a Cache", cache);
  }
  if (profile !== undefined && typeof profile?.cache !== "function") {
    throw invalidOption("profile", "something with a method cache(kind), such as a RuntimeProfile", profile);
  }
  if ([cache, profile, settings].filter((given) => given !== undefined).length > 1) {
    throw invalidOption("cache", "given alone: it, or a profile, or settings", "given with another of the three");
  }
  const ttlSeconds = checkedTtl("ttlSeconds", options.ttlSeconds) ?? defaultTtlSeconds;
  let opened: Promise<Cache> | undefined;

  return {
    ttlSeconds: lastingTtl(ttlSeconds),
    async cache() {
      if (cache !== undefined) return cache;
      if (profile !== undefined) return profile.cache(kind);
      if (opened === undefined) {
        const opening = openKind(kind, settings);
        opened = opening;
        opening.catch(() => {
          if (opened === opening) opened = undefined;
        });
      }
      return opened;
    },
    async close() {
      const closing = opened;
      opened = undefined;
      await (await closing)?.close();
    },
  };
}

/** @throws LarderError `invalid-option` */
export function checkedTtl(name: string, value: unknown): number | undefined {
  if (value === undefined || (typeof value === "number" && value > 0)) return value;
  throw invalidOption(name, "a number of seconds above 0, or Infinity", value);
}

/** For `set`: nothing for what lives for ever. */
export function lastingTtl(ttlSeconds: number | undefined): number | undefined {
  return ttlSeconds === Number.POSITIVE_INFINITY ? undefined : ttlSeconds;
}

async function openKind(kind: string, settings: TypedCacheOptions["settings"]): Promise<Cache> {
  const { buildCache } = await import("@larder/disk-cache").catch(
    packageNeeded(
      "@larder/disk-cache",
      "No cache was given, and to open one in a directory needs the package @larder/disk-cache. Install it: npm install @larder/disk-cache; or give the option cache.",
    ),
  );
  return buildCache(kind, settings ?? {});
}
