import type { Readable } from "node:stream";
import type { ColumnSchema, TableFilter, TableScan } from "@larder/core";
import type { BundleCounts } from "./cached/folio-store.js";
import type { DurationInput } from "./configuration/folio-settings-input.js";
import type { ChecksumAlgorithm, ItemKind, ManifestItem } from "./manifest/manifest.js";

/** A named bundle of items under one address, read through a local cache. */
export interface Folio {
  /** Its address, without secrets. */
  readonly url: string;

  // items

  /**
   * The value of an item: a table as an Arrow table, JSON as what it was, an array as a typed array, text as a string, a
   * timestamp as a `Date`, and anything else as `Uint8Array`. Where it comes from is decided as README, "Where a value comes from", tells.
   *
   * @throws LarderError `unknown-item`, naming the nearest; CacheError; ChecksumMismatchError; RemoteError
   */
  get<T = unknown>(name: string, options?: GetOptions): Promise<T>;
  /** A table that is read lazily; of one that is not cached, only the ranges needed are downloaded. @throws LarderError `not-a-table` */
  table(name: string, options?: Omit<GetOptions, "columns" | "where">): Promise<FolioTable>;
  /**
   * The bytes of an item as they come, verified as a whole by the time the stream ends, never all in memory. A local copy that
   * proves damaged after its first bytes ends the stream with `damaged-blob`; the next is right. */
  stream(name: string, options?: Omit<GetOptions, "columns" | "where">): Promise<Readable>;
  getSchema(name: string): Promise<readonly ColumnSchema[]>;
  has(name: string): Promise<boolean>;
  /** Names and facts of all items, ascending by name. */
  list(): Promise<readonly ListedItem[]>;
  describe(name: string): Promise<ListedItem>;
  add(name: string, value: unknown, options?: AddOptions): Promise<AddedItem>;
  /** @returns `false` when there was none */
  delete(name: string): Promise<boolean>;

  // references

  isReference(name: string): Promise<boolean>;
  isIncluded(name: string): Promise<boolean>;
  listReferences(): Promise<readonly ListedItem[]>;
  /** The data stay where `url` says (default: where the item's file is now, in the bundle); the item only points at them. */
  convertToReference(name: string, options?: { readonly url?: string }): Promise<void>;
  /** Copies the data in. */
  convertToIncluded(name: string): Promise<void>;

  // the cache

  cacheStatus(name: string): Promise<CacheStatus>;
  cacheStats(): Promise<FolioStatistics>;
  refreshItem(name: string, options?: { readonly force?: boolean }): Promise<RefreshOutcome>;
  refreshCache(options?: {
    readonly force?: boolean;
    readonly onProgress?: ProgressListener;
  }): Promise<readonly RefreshOutcome[]>;
  clearCache(): Promise<Removed>;
  warmCache(options?: WarmOptions): Promise<WarmReport>;
  cleanupCache(options: { readonly olderThanSeconds: number; readonly dryRun?: boolean }): Promise<Removed>;
  pinCache(name: string): Promise<void>;
  unpinCache(name: string): Promise<void>;
  /** @param priority - 0 to 100; higher goes later */
  setCachePriority(name: string, priority: number): Promise<void>;
  verifyCache(options?: { readonly fix?: boolean; readonly onProgress?: ProgressListener }): Promise<VerifyReport>;
  exportCache(file: string, options?: { readonly onProgress?: ProgressListener }): Promise<Removed>;
  importCache(file: string, options?: { readonly verifyChecksums?: boolean }): Promise<Removed>;
  onCacheInvalidation(listener: (change: Invalidation) => void): () => void;

  // size

  analyze(options?: { readonly thresholdBytes?: number }): Promise<BundleAnalysis>;
  optimizeStorage(options: OptimizeOptions): Promise<OptimizeReport>;

  /** Waits for what is under way and releases everything, a `cache.backend` that was handed in too; a `storage` stays open. */
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface GetOptions {
  /** Of a table: only these columns, in this order. */
  readonly columns?: readonly string[] | undefined;
  /** Of a table: only the rows for which it is true. */
  readonly where?: TableFilter | undefined;
  /** Take an expired local copy without asking, however old. */
  readonly useStale?: boolean | undefined;
  /** Cache it although it is larger than `largeFileThreshold`, or the mode would not. */
  readonly forceCache?: boolean | undefined;
  /** Check with the remote even if the copy is fresh. */
  readonly refresh?: boolean | undefined;
  /** Make no request. */
  readonly offline?: boolean | undefined;
  /** Seconds, or a text such as `"30m"`; `null`: never check again. Before the settings of the folio. */
  readonly ttlSeconds?: DurationInput | null | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ProgressListener | undefined;
}

/** Told at most ten times a second, and at the end. */
export type ProgressListener = (progress: FolioProgress) => void;

export interface FolioProgress {
  readonly item: string;
  readonly bytes: number;
  readonly totalBytes: number | undefined;
  /** Items done and all, where there are several. */
  readonly items?: { readonly done: number; readonly of: number } | undefined;
}

export interface FolioTable {
  scan(): TableScan;
  close(): Promise<void>;
  [Symbol.asyncDispose](): Promise<void>;
}

export interface AddOptions {
  /** Default: by the value: Arrow table, typed array, `Uint8Array` (binary), string (text), `Date`, `{ file: path }` (file), else JSON. */
  readonly kind?: ItemKind | undefined;
  /** Only point at the data at this address (value `undefined`), or where the value is above the size policy. */
  readonly asReference?: string | undefined;
  /** Include it although it is above the size policy. */
  readonly forceInclude?: boolean | undefined;
  readonly checksumAlgorithm?: ChecksumAlgorithm | undefined;
  readonly description?: string | undefined;
  /** Default: user name @ host name. */
  readonly updatedBy?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ProgressListener | undefined;
}

export interface AddedItem extends ListedItem {
  readonly replaced: boolean;
}

export interface ListedItem extends Omit<ManifestItem, "other" | "chunks"> {
  readonly name: string;
  readonly isReference: boolean;
}

/** 4.10 */
export interface CacheStatus {
  readonly cached: boolean;
  readonly path: string | undefined;
  readonly sizeBytes: number | undefined;
  readonly cachedAt: Date | undefined;
  readonly lastVerified: Date | undefined;
  /** Negative once expired; `null`: never. */
  readonly ttlExpiresInSeconds: number | null | undefined;
  /** Read and compared now. */
  readonly checksumValid: boolean | undefined;
  readonly accessCount: number;
  readonly lastAccessed: Date | undefined;
  readonly pinned: boolean;
  readonly priority: number;
}

export interface FolioStatistics extends BundleCounts {
  /** `undefined` for all bundles together. */
  readonly url: string | undefined;
  readonly totalSizeBytes: number;
  readonly limitBytes: number;
  readonly usedShare: number;
  readonly bundles: number;
  readonly items: number;
  /** 0 to 1; `undefined` before the first look. */
  readonly hitRate: number | undefined;
  readonly oldestAccess: Date | undefined;
}

export interface RefreshOutcome {
  readonly item: string;
  readonly outcome: "unchanged" | "downloaded" | "removed" | "failed";
  readonly error?: unknown;
}

export interface Removed {
  readonly items: number;
  readonly bytes: number;
}

export interface WarmOptions {
  /** Default: all items that are included. */
  readonly items?: readonly string[] | undefined;
  /** Return at once; `WarmReport.finished` tells the end. */
  readonly background?: boolean | undefined;
  /** Downloads at a time; default `parallelDownloads` (4). */
  readonly parallel?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ProgressListener | undefined;
}

export interface WarmReport {
  readonly downloaded: number;
  readonly alreadyCached: number;
  readonly failed: readonly { readonly item: string; readonly error: unknown }[];
  readonly bytes: number;
  /** With `background`: the report when all is done; the other fields are of the beginning. */
  readonly finished: Promise<WarmReport>;
}

export interface VerifyReport {
  readonly checked: number;
  readonly bytes: number;
  readonly problems: readonly {
    readonly item: string;
    readonly problem: "damaged" | "missing" | "differs-from-manifest";
    readonly fixed: boolean;
  }[];
}

export interface Invalidation {
  readonly url: string;
  readonly item: string;
  /** Checksums; `undefined`: there was none, or the item is gone. The same two times where only its kind has changed. */
  readonly oldVersion: string | undefined;
  readonly newVersion: string | undefined;
  readonly updatedBy: string | undefined;
  readonly updatedAt: string | undefined;
}

export interface BundleAnalysis {
  readonly url: string;
  readonly items: number;
  readonly includedBytes: number;
  readonly referencedBytes: number;
  readonly largest: readonly { readonly item: string; readonly kind: ItemKind; readonly sizeBytes: number }[];
  /** What could be saved, and how. */
  readonly suggestions: readonly {
    readonly item: string;
    readonly suggestion: "convert-to-reference" | "duplicate-content" | "unused-object";
    readonly savedBytes: number;
    readonly message: string;
  }[];
  readonly savedBytes: number;
}

export interface OptimizeOptions {
  readonly thresholdBytes: number;
  readonly dryRun?: boolean | undefined;
  /** Where the data of items that become references go; default: a folder `large` next to the bundle. */
  readonly moveTo?: string | undefined;
}

export interface OptimizeReport {
  /** With `dryRun`: what would be. */
  readonly converted: readonly { readonly item: string; readonly reference: string; readonly sizeBytes: number }[];
  /** Items that stayed as they were. */
  readonly failed: readonly { readonly item: string; readonly error: unknown }[];
  /** Objects of the bundle that went: those of converted items, and those that nothing had used for a day. */
  readonly removedObjects: number;
  /** By how much the bundle became smaller. */
  readonly savedBytes: number;
}
