import type { Cache } from "@larder/core";

/** What opens the caches of an application by their kind, such as a `RuntimeProfile` of `@larder/disk-cache`. */
export interface CacheProfile {
  cache(kind: string): Promise<Cache>;
}

/** Where a typed cache keeps its entries. With none of the three it is the default directory of `@larder/disk-cache`. */
export interface TypedCacheOptions {
  /** A cache, which several typed caches may share. It is closed by whoever opened it. */
  readonly cache?: Cache | undefined;
  /** Opens the cache of its kind; it is closed with the profile. */
  readonly profile?: CacheProfile | undefined;
  /** Settings as for `buildCache` of `@larder/disk-cache`, such as `{ directory, sizeLimitBytes }`. */
  readonly settings?: Readonly<Record<string, unknown>> | undefined;
  /** Time to live of what is stored, in seconds, above 0; `Infinity`: as long as the settings of the cache say. */
  readonly ttlSeconds?: number | undefined;
}

/** What every typed cache has. */
export interface TypedCache {
  /** The cache beneath; it is opened by the first call of anything. */
  cache(): Promise<Cache>;
  /** Closes the cache if it was opened here. Whatever is called afterwards opens it again. */
  close(): Promise<void>;
}
