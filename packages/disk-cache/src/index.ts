// the caches of an application

export { buildCache } from "./build-cache.js";
export type { CheckOptions, KindCache, SettingsInForce } from "./kind-cache.js";
export { type RuntimeProfile, type RuntimeProfileInput, runtimeProfile } from "./runtime-profile.js";

// their settings

export { builtInKinds, type CacheKind, kindDirectory } from "./settings/cache-kind.js";
export {
  type CacheSettings,
  type CacheSettingsInput,
  cacheSettings,
  defaultKindsDirectory,
  type KindSettings,
  type KindSettingsInput,
} from "./settings/cache-settings.js";

// the backends

export type { CheckProblem, CheckProblemKind, CheckReport, Durability } from "@larder/store-lmdb";
export { DiskCache, type DiskCacheOptions, defaultDirectory, defaultSizeLimitBytes } from "./disk-cache.js";
export type { HotTablesOptions } from "./hot-tables/hot-tables-options.js";
export { type ShardBackend, ShardedBackend, type ShardedBackendOptions } from "./shards/sharded-backend.js";

// tables in other bytes

export { type OpenParquetOptions, openParquet } from "@larder/store-parquet";
