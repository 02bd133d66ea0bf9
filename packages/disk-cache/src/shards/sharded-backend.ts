import {
  type BackendCapabilities,
  type BlobLook,
  type BlobRecord,
  type BlobStreams,
  type BlobToStore,
  type CacheBackend,
  type Counters,
  compareKeys,
  type EntryIndex,
  type JsonObject,
  type KeyRange,
  type Lease,
  type LeaseClaim,
  type LeaseOptions,
  type LeaseState,
  type Leases,
  loadXxhash,
  mergeInOrder,
  type NodeSignature,
  type SizeLimit,
  type StoredBlob,
  type StreamRecord,
  type TagIndex,
  type TagQuery,
  type TagUse,
  type TransactionOptions,
  type Transactions,
  type TransactionView,
  type ValueCodec,
  type Volume,
  type Xxhash,
} from "@larder/core";
import { cullShards } from "./cull-shards.js";
import { shardOf, shardOfLease } from "./shard-of.js";
import { viewOfShard } from "./view-of-shard.js";

/** A backend with every capability, as a shard must be. */
export type ShardBackend = CacheBackend &
  EntryIndex &
  TagIndex &
  Leases &
  Transactions &
  Counters &
  BlobStreams &
  SizeLimit;

/** What a {@link ShardedBackend} is made of. */
export interface ShardedBackendOptions<Shard extends ShardBackend> {
  /** In their order, which is part of the format: keys are found by it. At least one. */
  readonly shards: readonly Shard[];
  /** What all shards may take up together, as `volume` says it; `undefined`: no limit. */
  readonly limitBytes?: () => number | undefined;
}

/**
 * Several backends as one, so that they are written in parallel. A key is in the shard of its `shardPart`; what lists goes
 * through all shards, in one order. A transaction takes place in one shard: see `TransactionOptions`.
 *
 * What concerns single keys is as atomic as the shards are. `clear`, `deleteTagged`, `cull`, `volume` and counters go from shard
 * to shard: others may see some of it done and some not yet.
 */
export class ShardedBackend<Shard extends ShardBackend = ShardBackend> implements ShardBackend {
  readonly supports: BackendCapabilities;
  readonly codecs: readonly ValueCodec[];
  readonly shards: readonly Shard[];
  readonly #limitBytes: (() => number | undefined) | undefined;
  #xxhash: Xxhash | undefined;

  constructor(options: ShardedBackendOptions<Shard>) {
    this.shards = Object.freeze([...options.shards]);
    if (this.shards.length === 0) throw new RangeError("A backend in shards needs at least one.");
    this.#limitBytes = options.limitBytes;
    this.codecs = this.shards[0]!.codecs ?? [];
    this.supports = commonCapabilities(this.shards);
  }

  async getMeta(nodeName: string): Promise<NodeSignature | undefined> {
    return (this.#shardNow(nodeName) ?? (await this.#shard(nodeName))).getMeta(nodeName);
  }

  async setMeta(signature: NodeSignature): Promise<void> {
    const kept = structuredClone(signature);
    await (await this.#shard(kept.nodeName)).setMeta(kept);
  }

  async getBlob(key: string, options?: BlobLook): Promise<StoredBlob | undefined> {
    return (this.#shardNow(key) ?? (await this.#shard(key))).getBlob(key, options);
  }

  async setBlob(key: string, blob: BlobToStore): Promise<void> {
    const shard = this.#shardNow(key);
    if (shard !== undefined) return shard.setBlob(key, blob);
    // Copied before the first wait: the owner may change them meanwhile.
    const record = structuredClone(blob.record);
    const kept = "bytes" in blob ? { record, bytes: new Uint8Array(blob.bytes) } : { ...blob, record };
    await (await this.#shard(key)).setBlob(key, kept);
  }

  async setBlobStream(key: string, chunks: AsyncIterable<Uint8Array>, record: StreamRecord): Promise<BlobRecord> {
    const shard = this.#shardNow(key);
    if (shard !== undefined) return shard.setBlobStream(key, chunks, record);
    const kept = typeof record === "function" ? record : structuredClone(record);
    return (await this.#shard(key)).setBlobStream(key, chunks, kept);
  }

  async deleteBlob(key: string): Promise<boolean> {
    return (await this.#shard(key)).deleteBlob(key);
  }

  async *keys(range: KeyRange = {}): AsyncGenerator<string> {
    const { limit = Number.POSITIVE_INFINITY, reverse = false } = range;
    let left = limit;
    if (left <= 0) return;
    const compare = reverse ? (a: string, b: string) => compareKeys(b, a) : compareKeys;
    for await (const key of mergeInOrder(
      this.shards.map((shard) => shard.keys(range)),
      compare,
    )) {
      yield key;
      left--;
      if (left <= 0) return;
    }
  }

  async *tags(): AsyncGenerator<TagUse> {
    yield* mergeInOrder(
      this.shards.map((shard) => shard.tags()),
      (a, b) => compareKeys(a.tag, b.tag),
      (a, b) => ({ tag: a.tag, blobs: a.blobs + b.blobs }),
    );
  }

  taggedKeys(query: TagQuery): AsyncIterable<string> {
    return mergeInOrder(
      this.shards.map((shard) => shard.taggedKeys(query)),
      compareKeys,
    );
  }

  async deleteTagged(query: TagQuery): Promise<number> {
    return sum(await all(this.shards.map((shard) => shard.deleteTagged(query))));
  }

  async acquireLease(name: string, options?: LeaseOptions): Promise<LeaseClaim> {
    return (await this.#shardOfLease(name)).acquireLease(name, options);
  }

  async renewLease(lease: Lease): Promise<boolean> {
    return (await this.#shardOfLease(lease.name)).renewLease(lease);
  }

  async releaseLease(lease: Lease, outcome?: JsonObject): Promise<boolean> {
    return (await this.#shardOfLease(lease.name)).releaseLease(lease, outcome);
  }

  async readLease(name: string): Promise<LeaseState | undefined> {
    return (await this.#shardOfLease(name)).readLease(name);
  }

  /** @throws LarderError `wrong-shard` for a key that is in another shard than `options.key` */
  async transaction<Result>(
    body: (view: TransactionView) => Result,
    options: TransactionOptions = {},
  ): Promise<Result> {
    const xxhash = await this.#loaded();
    const count = this.shards.length;
    const here = options.key === undefined ? 0 : shardOf(options.key, count, xxhash);
    const isHere = (key: string) => shardOf(key, count, xxhash) === here;
    return this.shards[here]!.transaction((view) => body(viewOfShard(view, isHere, options.key)), options);
  }

  addToCounters(amounts: Readonly<Record<string, number>>): void {
    this.shards[0]!.addToCounters(amounts);
  }

  async readCounters(): Promise<Readonly<Record<string, number>>> {
    const total = new Map<string, number>();
    for (const counters of await all(this.shards.map((shard) => shard.readCounters()))) {
      for (const [name, amount] of Object.entries(counters)) total.set(name, (total.get(name) ?? 0) + amount);
    }
    return Object.fromEntries(total);
  }

  async volume(): Promise<Volume> {
    const volumes = await all(this.shards.map((shard) => shard.volume()));
    const limits = volumes.map(({ limitBytes }) => limitBytes);
    return {
      entries: sum(volumes.map(({ entries }) => entries)),
      sizeBytes: sum(volumes.map(({ sizeBytes }) => sizeBytes)),
      reservedBytes: sum(volumes.map(({ reservedBytes }) => reservedBytes)),
      limitBytes:
        this.#limitBytes !== undefined
          ? this.#limitBytes()
          : limits.every((limit) => limit !== undefined)
            ? sum(limits)
            : undefined,
    };
  }

  async cull(targetBytes?: number): Promise<number> {
    return cullShards(this.shards, targetBytes ?? (await this.volume()).limitBytes);
  }

  async clear(): Promise<void> {
    await all(this.shards.map((shard) => shard.clear()));
  }

  async close(): Promise<void> {
    await all(this.shards.map(async (shard) => shard.close?.()));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  async #loaded(): Promise<Xxhash> {
    this.#xxhash ??= await loadXxhash();
    return this.#xxhash;
  }

  /** Without waiting, once xxHash is there: the shard may have to copy bytes before it waits. */
  #shardNow(key: string): Shard | undefined {
    return this.#xxhash && this.shards[shardOf(key, this.shards.length, this.#xxhash)];
  }

  async #shard(key: string): Promise<Shard> {
    return this.shards[shardOf(key, this.shards.length, await this.#loaded())]!;
  }

  async #shardOfLease(name: string): Promise<Shard> {
    return this.shards[shardOfLease(name, this.shards.length, await this.#loaded())]!;
  }
}

function commonCapabilities(shards: readonly ShardBackend[]): BackendCapabilities {
  const names = Object.keys(shards[0]!.supports ?? {}) as (keyof BackendCapabilities)[];
  const common = names.filter((name) => shards.every(({ supports }) => supports?.[name] === true));
  return Object.freeze(Object.fromEntries(common.map((name) => [name, true])));
}

/** Waits for all, also when one fails, so that nothing goes on unseen; then throws what failed first. */
async function all<Result>(running: readonly Promise<Result>[]): Promise<Result[]> {
  const outcomes = await Promise.allSettled(running);
  return outcomes.map((outcome) => {
    if (outcome.status === "rejected") throw outcome.reason;
    return outcome.value;
  });
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
