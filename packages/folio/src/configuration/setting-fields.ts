import { homedir } from "node:os";
import { isAbsolute, join } from "node:path";
import type { FolioSettings } from "./folio-settings.js";
import { duration, oneOf, path, type SettingCheck, share, size, trueOrFalse, wholeNumber } from "./setting-check.js";

/** The environment, as `process.env` has it. */
export type Environment = Readonly<Record<string, string | undefined>>;

/** All that is known of one setting: one row for each, so that no place can forget one. */
export interface SettingField {
  /** In {@link FolioSettings}; `logging.level` is `level` of `logging`. */
  readonly name: string;
  /** Other name in options, without the unit: `maxCacheSize`. */
  readonly alias?: string;
  /** Variable of the environment. */
  readonly variable: string;
  /** In the file, such as `defaults.ttlSeconds`. */
  readonly filePlace: string;
  readonly check: SettingCheck;
  /** Files and options may have it, and nothing goes by it: what is cached is kept byte by byte, and once for all bundles. */
  readonly isWithoutEffect?: boolean;
  byDefault(env: Environment): unknown;
}

const gibibyte = 1024 ** 3;

function field(
  name: string,
  variable: string,
  filePlace: string,
  check: SettingCheck,
  value: unknown,
  alias?: string,
): SettingField {
  const byDefault = (): unknown => value;
  return { name, variable, filePlace, check, byDefault, ...(alias === undefined ? {} : { alias }) };
}

const algorithms = oneOf(["md5", "sha1", "sha256", "blake3", "xxh128"]);
const modes = oneOf(["read-write", "read-only", "write-through", "disabled", "offline"]);

/** All settings, in the order in which the file has them. */
export const settingFields: readonly SettingField[] = [
  field("enabled", "LARDER_CACHE_ENABLED", "enabled", trueOrFalse, true),
  { ...field("directory", "LARDER_CACHE_DIR", "directory", path(), undefined), byDefault: defaultFolioDirectory },

  field("ttlSeconds", "LARDER_TTL_SECONDS", "defaults.ttlSeconds", duration({ orNever: true }), 1800),
  field("checksumAlgorithm", "LARDER_CHECKSUM_ALGORITHM", "defaults.checksumAlgorithm", algorithms, "sha256"),
  field("strictMode", "LARDER_STRICT", "defaults.strictMode", trueOrFalse, false),
  field("cacheMode", "LARDER_CACHE_MODE", "defaults.cacheMode", modes, "read-write"),
  field("fallbackToStale", "LARDER_FALLBACK_TO_STALE", "defaults.fallbackToStale", trueOrFalse, true),
  field("maxStaleAgeSeconds", "LARDER_MAX_STALE_AGE_SECONDS", "defaults.maxStaleAgeSeconds", duration(), 86_400),
  field("staleWarning", "LARDER_STALE_WARNING", "defaults.staleWarning", trueOrFalse, true),
  field("cacheOnAdd", "LARDER_CACHE_ON_ADD", "defaults.cacheOnAdd", trueOrFalse, false),

  field(
    "maxCacheSizeBytes",
    "LARDER_MAX_CACHE_SIZE",
    "limits.maxCacheSizeBytes",
    size({ unlimited: true }),
    50 * gibibyte,
    "maxCacheSize",
  ),
  field("evictionPolicy", "LARDER_EVICTION_POLICY", "limits.evictionPolicy", oneOf(["lru", "lfu", "fifo"]), "lru"),
  field("evictionThreshold", "LARDER_EVICTION_THRESHOLD", "limits.evictionThreshold", share, 0.9),
  field(
    "largeFileThresholdBytes",
    "LARDER_LARGE_FILE_THRESHOLD",
    "limits.largeFileThresholdBytes",
    size({ unlimited: true }),
    gibibyte,
    "largeFileThreshold",
  ),
  field("cacheLargeFiles", "LARDER_CACHE_LARGE_FILES", "limits.cacheLargeFiles", trueOrFalse, false),
  field("streamLargeFiles", "LARDER_STREAM_LARGE_FILES", "limits.streamLargeFiles", trueOrFalse, true),
  field(
    "largeFilePolicy.sizeThresholdBytes",
    "LARDER_LARGE_FILE_POLICY_SIZE_THRESHOLD",
    "limits.largeFilePolicy.sizeThresholdBytes",
    size({ unlimited: true }),
    gibibyte,
    "largeFilePolicy.sizeThreshold",
  ),
  field(
    "largeFilePolicy.defaultAction",
    "LARDER_LARGE_FILE_POLICY_DEFAULT_ACTION",
    "limits.largeFilePolicy.defaultAction",
    oneOf(["reference", "include"]),
    "reference",
  ),
  field(
    "largeFilePolicy.warnOnInclude",
    "LARDER_LARGE_FILE_POLICY_WARN_ON_INCLUDE",
    "limits.largeFilePolicy.warnOnInclude",
    trueOrFalse,
    true,
  ),
  field(
    "bundleSizeWarningBytes",
    "LARDER_BUNDLE_SIZE_WARNING",
    "limits.bundleSizeWarningBytes",
    size({ unlimited: true }),
    10 * gibibyte,
    "bundleSizeWarning",
  ),

  field("parallelDownloads", "LARDER_PARALLEL_DOWNLOADS", "performance.parallelDownloads", wholeNumber(1, 64), 4),
  field(
    "chunkSizeBytes",
    "LARDER_CHUNK_SIZE",
    "performance.chunkSizeBytes",
    size({ least: 65_536 }),
    8 * 1024 ** 2,
    "chunkSize",
  ),
  {
    ...field("compression", "LARDER_COMPRESSION", "performance.compression", oneOf(["auto", "none"]), "auto"),
    isWithoutEffect: true,
  },
  field("lockTimeoutSeconds", "LARDER_LOCK_TIMEOUT_SECONDS", "performance.lockTimeoutSeconds", duration(), 30),

  field("logging.level", "LARDER_LOG_LEVEL", "logging.level", oneOf(["silent", "warn", "info", "debug"]), "warn"),
  field("logging.logCacheHits", "LARDER_LOG_CACHE_HITS", "logging.logCacheHits", trueOrFalse, false),
  field("logging.logCacheMisses", "LARDER_LOG_CACHE_MISSES", "logging.logCacheMisses", trueOrFalse, true),
  field("logging.logEvictions", "LARDER_LOG_EVICTIONS", "logging.logEvictions", trueOrFalse, true),

  {
    ...field(
      "contentAddressableStorage",
      "LARDER_CONTENT_ADDRESSABLE_STORAGE",
      "advanced.contentAddressableStorage",
      trueOrFalse,
      true,
    ),
    isWithoutEffect: true,
  },
  field(
    "sharedCacheDirectory",
    "LARDER_SHARED_CACHE_DIR",
    "advanced.sharedCacheDirectory",
    path({ orNone: true }),
    undefined,
  ),
  field(
    "sharedCachePriority",
    "LARDER_SHARED_CACHE_PRIORITY",
    "advanced.sharedCachePriority",
    oneOf(["fallback", "first"]),
    "fallback",
  ),
  field("offlineMode", "LARDER_OFFLINE", "advanced.offlineMode", trueOrFalse, false),
];

/**
 * Where folios are cached when nothing else is said: `$XDG_CACHE_HOME/larder-folio`, else `~/.cache/larder-folio`. Not within
 * `larder`: that may be a `DiskCache`, which has its directory for itself.
 */
export function defaultFolioDirectory(env: Environment = process.env): string {
  return join(baseDirectory(env.XDG_CACHE_HOME) ?? join(homeOf(env), ".cache"), "larder-folio");
}

/**
 * A base directory of the environment; `undefined` where it is not set. Relative ones are ignored, as the XDG Base Directory
 * Specification asks: https://specifications.freedesktop.org/basedir-spec/latest/
 */
export function baseDirectory(variable: string | undefined): string | undefined {
  return variable !== undefined && isAbsolute(variable) ? variable : undefined;
}

export function homeOf(env: Environment): string {
  return baseDirectory(env.HOME) ?? homedir();
}
