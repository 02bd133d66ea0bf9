import { shardPart, type Xxhash } from "@larder/core";

/** What leases of computations are named: their key with this in front. They stand where the entry of the key does. */
const computePrefix = "compute:";

/**
 * The number of the shard of a key, 0 to `shards - 1`: xxh64 of the UTF-8 bytes of `shardPart(key)`, modulo `shards`. Part of
 * the format on disk.
 */
export function shardOf(key: string, shards: number, xxhash: Xxhash): number {
  return Number(xxhash.hash64(Buffer.from(shardPart(key), "utf8")) % BigInt(shards));
}

/** The number of the shard of a lease; that for computing an entry is in the shard of the entry, to share its commits. */
export function shardOfLease(name: string, shards: number, xxhash: Xxhash): number {
  return shardOf(name.startsWith(computePrefix) ? name.slice(computePrefix.length) : name, shards, xxhash);
}
