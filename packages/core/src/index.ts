// the protocol

export * from "./backend.js";
export * from "./blob-record.js";
export * from "./blob-source.js";
export * from "./capabilities/index.js";
export * from "./clock.js";
export * from "./codec.js";
export * from "./dataset.js";
export * from "./dataset-errors.js";
export * from "./errors.js";
export * from "./events.js";
export * from "./node-signature.js";
export * from "./streamed-value.js";
export * from "./table.js";
export * from "./table-filter.js";

// who owns what, where keys go, and what goes first

export { compareKeys } from "./compare-keys.js";
export { CacheFullError } from "./eviction/cache-full-error.js";
export { type EntryUse, type EvictionPolicy, evictionPolicies, evictionRank } from "./eviction/eviction-policy.js";
export { evictionPriority, highestPriority } from "./eviction/eviction-priority.js";
export {
  currentOwner,
  currentProcess,
  isOfThisBoot,
  type OwnerState,
  ownerState,
  uniqueNameOfProcess,
} from "./owner.js";
export { shardPart } from "./shard-part.js";

// waiting, and names that were mistyped

export { nearestName } from "./nearest-name.js";
export { sleepUntilAborted } from "./sleep-until-aborted.js";

// digests

export { cacheKey } from "./digest/cache-key.js";
export { cacheKeySymbol, type Keyed } from "./digest/cache-key-symbol.js";
export { type ContentHasher, contentDigest, createContentHasher } from "./digest/content-digest.js";
export { fileDigest } from "./digest/file-digest.js";
export { UndigestableValueError } from "./digest/undigestable-value-error.js";
export { valueDigest } from "./digest/value-digest.js";
export { type ValueDigestPathsOptions, valueDigestPaths } from "./digest/value-digest-paths.js";

// checksums of stored bytes

export { checksumOf, smallBlobBytes, verifyChecksum } from "./checksum/checksum.js";
export { chunkBytes, chunkDigests, verifyChunks } from "./checksum/chunk-digests.js";
export { findDamagedChunk, type WidenedRead, widenToChunks } from "./checksum/scattered-chunks.js";
export { loadXxhash, type Xxhash } from "./checksum/xxhash.js";

// codecs

export { bytesCodec } from "./codecs/bytes-codec.js";
export { exactJson } from "./codecs/exact-json.js";
export { structuredCodec } from "./codecs/structured-codec.js";
export { decodeStructured, encodeStructured, explainUnencodable } from "./codecs/structured-value.js";
export { UnencodableValueError } from "./codecs/unencodable-value-error.js";

// the cache

export type { AddOutcome } from "./cache/atomics/add-value.js";
export type { CacheView, SetInViewOptions } from "./cache/atomics/cache-view.js";
export type { IncrementOptions } from "./cache/atomics/increment.js";
export type { TouchOptions } from "./cache/atomics/touched-record.js";
export { Cache } from "./cache/cache.js";
export type { CacheEntry } from "./cache/cache-entry.js";
export type { CacheOptions } from "./cache/cache-options.js";
export type { CacheStatistics } from "./cache/cache-statistics.js";
export { type AwaitHolderOptions, awaitHolder } from "./cache/compute/await-holder.js";
export { ComputeFailedElsewhereError, type ToldError } from "./cache/compute/compute-failed-elsewhere-error.js";
export {
  type ComputeClaim,
  type ComputeLeases,
  computeLeases,
  type HeldLease,
} from "./cache/compute/compute-leases.js";
export { ComputeTimeoutError } from "./cache/compute/compute-timeout-error.js";
export type { Compute, ComputeContext, GetOrSetOptions, StaleLimit } from "./cache/compute/get-or-set-options.js";
export type { Memoized, MemoizeOptions } from "./cache/memoize.js";
export type { SetOptions, SetOutcome } from "./cache/set-options.js";
export type { WriteStreamOptions } from "./cache/streams/write-stream.js";
export { MemoryCache, type MemoryCacheOptions } from "./memory-cache.js";
export { mergeInOrder } from "./tiered/merge-in-order.js";
export type { TierOptions } from "./tiered/tier-options.js";
export { TieredCache, type TieredCacheOptions } from "./tiered/tiered-cache.js";

// diagnostics

export { channelSink, diagnosticsChannelName } from "./diagnostics/channel-sink.js";
export type {
  DeleteEvent,
  DiagnosticsEvent,
  EventHead,
  EvictEvent,
  HitEvent,
  MissEvent,
  RefreshEvent,
  SetEvent,
  StampedeEvent,
  StatsEvent,
  TableProfileEvent,
  VolumeEvent,
  WarningEvent,
} from "./diagnostics/diagnostics-event.js";
export {
  type DiagnosticsLevel,
  type DiagnosticsListener,
  type DiagnosticsListenerOptions,
  diagnosticsListener,
  type ReportsUse,
} from "./diagnostics/diagnostics-listener.js";
export type { DiagnosticsSink } from "./diagnostics/diagnostics-sink.js";
export { type JsonLinesSink, type JsonLinesSinkOptions, jsonLinesSink } from "./diagnostics/json-lines-sink.js";
export { type MeterLike, openTelemetrySink } from "./diagnostics/open-telemetry-sink.js";
export { redactedText } from "./diagnostics/redacted-text.js";
export { secretInAddress } from "./diagnostics/secret-in-address.js";

// sources of bytes, and scans of tables that are not open yet

export { deferredScan } from "./deferred-scan.js";
export { blobBytes } from "./sources/blob-bytes.js";
export { type FileSource, openFileSource } from "./sources/file-source.js";
export { isOnLocalDisk } from "./sources/local-disk.js";
export { readFileInto } from "./sources/read-file-into.js";
export { type ReadsUnderWay, readsUnderWay } from "./sources/reads-under-way.js";
export { scatterBytes, totalBytes } from "./sources/scattered.js";
export { type VerifiedSourceOptions, verifiedSource } from "./sources/verified-source.js";
