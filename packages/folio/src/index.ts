// a folio

export type {
  AddedItem,
  AddOptions,
  BundleAnalysis,
  CacheStatus,
  Folio,
  FolioProgress,
  FolioStatistics,
  FolioTable,
  GetOptions,
  Invalidation,
  ListedItem,
  OptimizeOptions,
  OptimizeReport,
  ProgressListener,
  RefreshOutcome,
  Removed,
  VerifyReport,
  WarmOptions,
  WarmReport,
} from "./folio.js";
export { CacheError, ChecksumMismatchError } from "./folio-errors.js";
export type { FolioEvent, FolioEventListener, MissReason } from "./folio-events.js";
export type { FolioCacheOptions, OpenFolioOptions } from "./folio-options.js";
export { openFolio } from "./open-folio.js";

// settings

export { type ChangedConfig, type ConfigChange, changeConfigFile } from "./configuration/change-config-file.js";
export { configFilePath } from "./configuration/config-file.js";
export { configureCache, configureLargeFilePolicy } from "./configuration/configure-cache.js";
export {
  type EffectiveSettings,
  effectiveSettings,
  type SettingSources,
  settingHasEffect,
  settingValue,
} from "./configuration/effective-settings.js";
export type { FolioSettings, SettingSource } from "./configuration/folio-settings.js";
export type { FolioSettingsInput, LargeFilePolicyInput } from "./configuration/folio-settings-input.js";
export type { ItemKind } from "./manifest/manifest.js";

// remotes

export { checkRange } from "./remote/check-range.js";
export { openReference } from "./remote/open-reference.js";
export {
  openRemote,
  type RemoteConnectOptions,
  type RemoteCredentials,
  type RetryOptions,
} from "./remote/open-remote.js";
export { isUnreachable, RemoteError, type RemoteErrorCode } from "./remote/remote-error.js";
export { bundleUrl, checkRemotePath, isRemotePath, joinUrl } from "./remote/remote-path.js";
export type {
  ReadOptions,
  RemoteAbilities,
  RemoteBody,
  RemoteObject,
  RemoteOptions,
  RemoteRead,
  RemoteStorage,
  WriteOptions,
} from "./remote/remote-storage.js";
export { type RetryMeans, retryAfterMs, withRetries } from "./remote/with-retries.js";

// the local cache, and managing it

export type { ExclusiveOptions } from "./cached/exclusive-work.js";
export type {
  BundleCounts,
  CachedBundle,
  CachedItem,
  ContentEntry,
  ContentId,
  ContentToPut,
  FolioStore,
  ItemToPut,
  OpenTableOptions,
  StoreCheck,
  StoreLimits,
  StoreProblem,
} from "./cached/folio-store.js";
export type { OrphanOptions } from "./cached/manage/cleanup-orphaned-caches.js";
export type { DryRun, FolioCache, ListedCacheItem, OpenFolioCacheOptions } from "./cached/manage/folio-cache.js";
export { openFolioCache } from "./cached/manage/open-folio-cache.js";
export type { VerifyOptions } from "./cached/manage/verify-cache.js";
export { type FolioStoreOptions, openFolioStore } from "./cached/open-folio-store.js";

// handing a cache on

export { type ExportCacheOptions, type ExportReport, exportCache } from "./archive/export-cache.js";
export { type ImportCacheOptions, importCache } from "./archive/import-cache.js";
export {
  type ExportSharedOptions,
  exportSharedDirectory,
  type SharedExportReport,
} from "./shared-directory/export-shared-directory.js";
export type { ExportedBundle, ExportedContent, ExportedItem } from "./shared-directory/exported-layout.js";
export {
  openSharedDirectory,
  type ReadVerifiedOptions,
  type SharedDirectory,
  type VerifiedRead,
} from "./shared-directory/open-shared-directory.js";

// the manifest, and values

export type { ChecksumAlgorithm, ItemChunks, Manifest, ManifestItem, ReadManifest } from "./manifest/manifest.js";
export { parseManifest } from "./manifest/parse-manifest.js";
export { type ManifestAsRead, type ReadManifestOptions, readManifest } from "./manifest/read-manifest.js";
export { serializeManifest } from "./manifest/serialize-manifest.js";
export type { FileValue } from "./values/kind-of-value.js";
export type { NpyArray, ShapedArray } from "./values/npy/npy-types.js";
