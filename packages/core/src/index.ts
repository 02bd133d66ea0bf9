// the protocol

export * from "./backend.js";
export * from "./blob-record.js";
export * from "./blob-source.js";
export * from "./capabilities/index.js";
export * from "./clock.js";
export * from "./codec.js";
export * from "./errors.js";
export * from "./events.js";
export * from "./node-signature.js";
export * from "./table.js";

// who owns what, where keys go, and what goes first

export { CacheFullError } from "./eviction/cache-full-error.js";
export { type EntryUse, type EvictionPolicy, evictionPolicies, evictionRank } from "./eviction/eviction-policy.js";
export {
  currentOwner,
  currentProcess,
  isOfThisBoot,
  type OwnerState,
  ownerState,
  uniqueNameOfProcess,
} from "./owner.js";
export { shardPart } from "./shard-part.js";

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
export { loadXxhash, type Xxhash } from "./checksum/xxhash.js";

// codecs

export { bytesCodec } from "./codecs/bytes-codec.js";
export { structuredCodec } from "./codecs/structured-codec.js";
export { decodeStructured, encodeStructured, explainUnencodable } from "./codecs/structured-value.js";
export { UnencodableValueError } from "./codecs/unencodable-value-error.js";

// the cache

export { Cache, type CacheOptions } from "./cache/cache.js";
export type { CacheEntry } from "./cache/cache-entry.js";
export type { Memoized, MemoizeOptions } from "./cache/memoize.js";
export type { SetOptions, SetOutcome } from "./cache/set-options.js";
export { MemoryCache, type MemoryCacheOptions } from "./memory-cache.js";

// sources of bytes

export { blobBytes } from "./sources/blob-bytes.js";
export { type FileSource, openFileSource } from "./sources/file-source.js";
export { type VerifiedSourceOptions, verifiedSource } from "./sources/verified-source.js";
