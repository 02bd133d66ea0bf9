import type { CacheWarning, DatasetStore, IdKind } from "@larder/core";
import type { Table } from "apache-arrow";

/** Where rows are kept, and what their ids are. */
export interface CacheOptions {
  /**
   * A `DiskCache` (or anything with `datasets`), or a store of datasets. Default: a `DiskCache` in `directory`, which needs the
   * package `@larder/disk-cache`.
   */
  readonly cache?: DatasetStore<Table> | { readonly datasets: DatasetStore<Table> } | undefined;
  /**
   * Directory of the cache, where no `cache` is given. Default: `LARDER_DIRECTORY`; else `directory` of the configuration file;
   * else `larder` in the user's directory for caches. See `cacheDirectory`.
   */
  readonly directory?: string | undefined;
  /** Name of the column of ids; default `id`. */
  readonly idColumn?: string | undefined;
  /** `int64` (default): whole numbers of 64 bits; `text`: UUIDs, natural keys. */
  readonly idKind?: IdKind | undefined;
  /** Told of what went wrong and was survived. Must not throw. */
  readonly onWarning?: ((warning: CacheWarning) => void) | undefined;
}
