import type { ChecksumAlgorithm } from "../manifest/manifest.js";

export type CacheMode = "read-write" | "read-only" | "write-through" | "disabled" | "offline";

/** Settings in force: each key has a value, from a call, the constructor, the process, the environment, the file, or the default (4.19). */
export interface FolioSettings {
  readonly enabled: boolean;
  /** Absolute path of the cache directory. */
  readonly directory: string;
  /** `null`: never check again. Default 1800. */
  readonly ttlSeconds: number | null;
  readonly checksumAlgorithm: ChecksumAlgorithm;
  /** Fail instead of serving stale copies or trying a second time. */
  readonly strictMode: boolean;
  readonly cacheMode: CacheMode;
  readonly fallbackToStale: boolean;
  /** Default 86,400. */
  readonly maxStaleAgeSeconds: number;
  readonly staleWarning: boolean;
  /** Also store what is added. */
  readonly cacheOnAdd: boolean;
  readonly maxCacheSizeBytes: number;
  readonly evictionPolicy: "lru" | "lfu" | "fifo";
  /** Above 0, up to 1; default 0.9. */
  readonly evictionThreshold: number;
  readonly parallelDownloads: number;
  readonly chunkSizeBytes: number;
  /** Without effect: items are cached as the bundle has them, and Parquet is compressed already. */
  readonly compression: "auto" | "none";
  readonly lockTimeoutSeconds: number;
  readonly largeFileThresholdBytes: number;
  readonly cacheLargeFiles: boolean;
  readonly streamLargeFiles: boolean;
  readonly largeFilePolicy: {
    readonly sizeThresholdBytes: number;
    readonly defaultAction: "reference" | "include";
    readonly warnOnInclude: boolean;
  };
  /** A warning once a bundle's included items are larger. */
  readonly bundleSizeWarningBytes: number;
  /** Without effect: identical content is always kept once. */
  readonly contentAddressableStorage: boolean;
  readonly sharedCacheDirectory: string | undefined;
  readonly sharedCachePriority: "fallback" | "first";
  readonly offlineMode: boolean;
  readonly logging: {
    /** `warn`: warnings and evictions; `info`: also misses, hits and downloads; `debug`: also checks. */
    readonly level: "silent" | "warn" | "info" | "debug";
    readonly logCacheHits: boolean;
    readonly logCacheMisses: boolean;
    readonly logEvictions: boolean;
  };
}

export type SettingSource = "call" | "constructor" | "process" | "environment" | "file" | "default";
