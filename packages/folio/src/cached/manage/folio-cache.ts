import type { Clock } from "@larder/core";
import type { ExportCacheOptions, ExportReport } from "../../archive/export-cache.js";
import type { ImportCacheOptions } from "../../archive/import-cache.js";
import type { FolioSettings } from "../../configuration/folio-settings.js";
import type { CacheStatus, FolioStatistics, Removed, VerifyReport } from "../../folio.js";
import type { FolioEventListener } from "../../folio-events.js";
import type { CachedBundle, CachedItem, FolioStore } from "../folio-store.js";
import type { OrphanOptions } from "./cleanup-orphaned-caches.js";
import type { VerifyOptions } from "./verify-cache.js";

/** How {@link openFolioCache} opens a cache. */
export interface OpenFolioCacheOptions {
  /** Default: that of the settings. */
  readonly directory?: string | undefined;
  /**
   * They tell the directory and the time to live; the limits of the cache stay as they are. Default: those in force, from
   * process, environment and file.
   */
  readonly settings?: FolioSettings | undefined;
  readonly clock?: Clock | undefined;
  readonly onEvent?: FolioEventListener | undefined;
}

/** An item in the cache. */
export interface ListedCacheItem extends CachedItem {
  /** Address of its bundle. */
  readonly url: string;
  /** Whether its content is there; if not, it was evicted, and is fetched when it is read next. */
  readonly cached: boolean;
}

/** The cache of all folios, for who manages it without opening a remote: makes no request. */
export interface FolioCache {
  /** Absolute path. */
  readonly directory: string;
  readonly settings: FolioSettings;
  readonly store: FolioStore;

  bundles(): AsyncIterable<CachedBundle>;
  /** Ascending by name within a bundle. @param url - default: of all bundles */
  items(url?: string): AsyncIterable<ListedCacheItem>;
  /** Bundles whose address, or its last part, is `text`; else those whose address has it within. */
  find(text: string): Promise<readonly CachedBundle[]>;
  /** @param url - default: all bundles together */
  statistics(url?: string): Promise<FolioStatistics>;
  /** Reads the item's bytes, and compares them with its checksum. */
  status(url: string, name: string): Promise<CacheStatus>;

  clear(url: string, options?: DryRun): Promise<Removed>;
  clearAll(options?: DryRun): Promise<Removed>;
  /** Items that were not used for so long; pinned ones stay. @throws LarderError `invalid-option` */
  cleanup(options: { readonly url?: string | undefined; readonly olderThanSeconds: number } & DryRun): Promise<Removed>;
  cleanupOrphaned(options?: Omit<OrphanOptions, "clock">): Promise<Removed>;

  /** @throws CacheError `not-cached`; so do the two below */
  pin(url: string, name: string): Promise<void>;
  unpin(url: string, name: string): Promise<void>;
  /** @param priority - 0 to 100; higher goes later. @throws LarderError `invalid-option` */
  setPriority(url: string, name: string, priority: number): Promise<void>;

  verify(options?: VerifyOptions): Promise<VerifyReport>;
  /** @param options - `url`: of the bundle; default: all */
  export(file: string, options?: ExportCacheOptions & { readonly url?: string | undefined }): Promise<ExportReport>;
  import(file: string, options?: ImportCacheOptions): Promise<Removed>;

  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

/** Only say what would go. */
export interface DryRun {
  /** Default `false`. */
  readonly dryRun?: boolean | undefined;
}
