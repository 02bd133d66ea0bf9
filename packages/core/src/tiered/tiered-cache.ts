import type { BlobToStore, CacheBackend, StoredBlob } from "../backend.js";
import type { BlobRecord, JsonObject } from "../blob-record.js";
import { backendFailure } from "../cache/backend-failure.js";
import { release } from "../cache/entry-reader.js";
import { isFresh } from "../cache/freshness.js";
import { guardedListener } from "../cache/guarded-listener.js";
import { type WriteQueue, writeQueue } from "../cache/write-queue.js";
import type {
  BackendCapabilities,
  BlobStreams,
  Counters,
  EntryIndex,
  KeyRange,
  Lease,
  LeaseClaim,
  LeaseOptions,
  LeaseState,
  Leases,
  StreamRecord,
  TagIndex,
  TagQuery,
  TagUse,
  TransactionOptions,
  Transactions,
  TransactionView,
} from "../capabilities/index.js";
import { type Clock, systemClock } from "../clock.js";
import type { ValueCodec } from "../codec.js";
import { compareKeys } from "../compare-keys.js";
import { UnsupportedCapabilityError } from "../errors.js";
import type { CacheEventListener } from "../events.js";
import type { NodeSignature } from "../node-signature.js";
import { type ChangeLog, changeLog } from "./change-log.js";
import { mergeInOrder } from "./merge-in-order.js";
import { promotingBlob } from "./promoting-blob.js";
import { isWrongBlob, type Tier, tier, type WriteOutcome } from "./tier.js";
import { type TierOptions, tierSettings } from "./tier-options.js";
import { notingView } from "./tiered-transaction.js";

/** Settings of a {@link TieredCache}. */
export interface TieredCacheOptions {
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
  /** Told of tiers that fail: warnings `tier-failed`, `tier-distrusted`. */
  readonly onEvent?: CacheEventListener;
}

/**
 * A backend in tiers, nearest first, such as memory, disk, and a store shared by hosts. Reads fall through to the first
 * tier that has a fresh blob, which is then promoted to those before it, bytes as they are; writes go to all of them, the
 * last first. A tier that fails is passed over with a warning; what it could not take or forget is not read from it by this
 * object. A write fails only when no tier took it.
 *
 * The last tier decides: transactions, leases, counters and streams are its own. A tier that other processes do not see may be
 * behind what they wrote, for as long as its `ttlSeconds` allows.
 *
 * @throws LarderError `invalid-tiers`, `invalid-backend`, `invalid-ttl`
 */
export class TieredCache implements CacheBackend, EntryIndex, TagIndex, Leases, Transactions, Counters, BlobStreams {
  readonly codecs: readonly ValueCodec[];
  readonly supports: BackendCapabilities;
  readonly #tiers: readonly Tier[];
  readonly #last: Tier;
  readonly #clock: Clock;
  readonly #changes: ChangeLog = changeLog();
  readonly #queue: WriteQueue = writeQueue();

  constructor(tiers: readonly (CacheBackend | TierOptions)[], options: TieredCacheOptions = {}) {
    const settings = tierSettings(tiers);
    const onEvent = guardedListener(options.onEvent);
    this.#clock = options.clock ?? systemClock;
    this.#tiers = settings.map((one) => tier(one, this.#clock, onEvent));
    this.#last = this.#tiers.at(-1)!;
    this.codecs = Object.freeze(settings.flatMap(({ backend }) => backend.codecs ?? []));
    const supported = settings.map(({ backend }) => backend.supports ?? {});
    const last = supported.at(-1)!;
    const everywhere = (capability: keyof BackendCapabilities) => supported.every((one) => one[capability] === true);
    this.supports = Object.freeze({
      ...(last.persistent === true && !settings.at(-1)!.back && { persistent: true }),
      ...(everywhere("entryIndex") && { entryIndex: true }),
      ...(everywhere("entryIndex") && everywhere("tags") && { tags: true }),
      ...(last.leases === true && { leases: true }),
      ...(last.transactions === true && { transactions: true }),
      ...(last.counters === true && { counters: true }),
      ...(last.streams === true && { streams: true }),
    });
  }

  /** The newest of what the tiers have: a signature tells of the last run, so a tier that is behind must not answer. */
  async getMeta(nodeName: string): Promise<NodeSignature | undefined> {
    const found = await Promise.all(
      this.#tiers.map((one) => one.attempt("read a signature", () => one.settings.backend.getMeta(nodeName))),
    );
    const known = found.filter((signature) => signature !== undefined);
    return known.length === 0
      ? undefined
      : known.reduce((one, other) => (other.timestamp > one.timestamp ? other : one));
  }

  async setMeta(signature: NodeSignature): Promise<void> {
    let stored = 0;
    let failure: unknown;
    for (const one of this.#tiers) {
      const done = one.settings.backend.setMeta(signature).then(
        () => true,
        (error: unknown) => {
          failure = error;
          throw error;
        },
      );
      if ((await one.attempt("store a signature", () => done)) === true) stored++;
    }
    if (stored === 0) throw backendFailure("store the signature of", signature.nodeName, failure);
  }

  async getBlob(key: string): Promise<StoredBlob | undefined> {
    const moment = this.#changes.now();
    let expired: StoredBlob | undefined;
    for (const [depth, one] of this.#tiers.entries()) {
      const found = await one.find(key);
      if (found === undefined) continue;
      if (isFresh(found.record, this.#clock.now())) {
        if (expired !== undefined) await release(expired);
        return depth === 0 ? found : this.#promoting(key, found, { depth, moment });
      }
      // Of those that have expired the one nearest to the last tier tells best what there is.
      if (expired !== undefined) await release(expired);
      expired = found;
    }
    return expired;
  }

  async setBlob(key: string, blob: BlobToStore): Promise<void> {
    // Bytes are copied before the first wait: their owner may write to them afterwards.
    const kept = "bytes" in blob ? { record: blob.record, bytes: new Uint8Array(blob.bytes) } : blob;
    this.#changes.changed(key);
    await this.#queue.run(key, async () => {
      const outcomes = "bytes" in kept ? await this.#writeAll(key, kept) : await this.#writeOnce(key, kept);
      this.#changes.changed(key);
      const failure = outcomes.find((outcome) => !outcome.stored && outcome.error !== undefined);
      if (!outcomes.some((outcome) => outcome.stored) && failure?.stored === false) {
        throw backendFailure("store", key, failure.error);
      }
    });
  }

  /** Bytes in memory go to each tier, the last first: what is shared by most is never behind what is near. */
  async #writeAll(key: string, blob: BlobToStore, tiers = this.#tiers): Promise<WriteOutcome[]> {
    const outcomes: WriteOutcome[] = [];
    for (const one of tiers.toReversed()) outcomes.push(await one.write(key, blob));
    return outcomes;
  }

  /** Bytes that can be had only once go to the last tier, and from there to the others when they are read. */
  async #writeOnce(key: string, blob: BlobToStore): Promise<WriteOutcome[]> {
    // A source that breaks off is no failure of the tier, whatever error the tier makes of it.
    let broken = false;
    const watched = "chunks" in blob ? { ...blob, chunks: watch(blob.chunks, () => (broken = true)) } : blob;
    const outcome = await this.#last.write(key, watched, (error) => broken || isWrongBlob(error));
    for (const one of this.#tiers) if (one !== this.#last) await one.remove(key);
    return [outcome];
  }

  async deleteBlob(key: string): Promise<boolean> {
    this.#changes.changed(key);
    return this.#queue.run(key, async () => {
      const removed: (boolean | undefined)[] = [];
      for (const one of this.#tiers.toReversed()) removed.push(await one.remove(key));
      this.#changes.changed(key);
      return removed.some((was) => was === true);
    });
  }

  async *keys(range: KeyRange = {}): AsyncGenerator<string> {
    await this.flush();
    const { limit = Number.POSITIVE_INFINITY } = range;
    const compare = range.reverse === true ? (one: string, other: string) => compareKeys(other, one) : compareKeys;
    let count = 0;
    if (limit <= 0) return;
    for await (const key of mergeInOrder(
      this.#each<EntryIndex>("entryIndex").map((one) => one.keys(range)),
      compare,
    )) {
      yield key;
      if (++count >= limit) return;
    }
  }

  /** A tag's count is that of the tier that has most. */
  async *tags(): AsyncGenerator<TagUse> {
    await this.flush();
    yield* mergeInOrder(
      this.#each<TagIndex>("tags").map((one) => one.tags()),
      (one, other) => compareKeys(one.tag, other.tag),
      (one, other) => (other.blobs > one.blobs ? other : one),
    );
  }

  async *taggedKeys(query: TagQuery): AsyncGenerator<string> {
    await this.flush();
    yield* mergeInOrder(
      this.#each<TagIndex>("tags").map((one) => one.taggedKeys(query)),
      compareKeys,
    );
  }

  async deleteTagged(query: TagQuery): Promise<number> {
    const tiers = this.#each<TagIndex>("tags");
    await this.flush();
    const keys = new Set<string>();
    for await (const key of this.taggedKeys(query)) keys.add(key);
    this.#changes.allChanged();
    for (const one of tiers.toReversed()) await one.deleteTagged(query);
    this.#changes.allChanged();
    return keys.size;
  }

  async acquireLease(name: string, options?: LeaseOptions): Promise<LeaseClaim> {
    return this.#ofLast<Leases>("leases").acquireLease(name, options);
  }

  async renewLease(lease: Lease): Promise<boolean> {
    return this.#ofLast<Leases>("leases").renewLease(lease);
  }

  async releaseLease(lease: Lease, outcome?: JsonObject): Promise<boolean> {
    return this.#ofLast<Leases>("leases").releaseLease(lease, outcome);
  }

  async readLease(name: string): Promise<LeaseState | undefined> {
    return this.#ofLast<Leases>("leases").readLease(name);
  }

  /** In the last tier; the others forget what it changed. */
  async transaction<Result>(body: (view: TransactionView) => Result, options?: TransactionOptions): Promise<Result> {
    const last = this.#ofLast<Transactions>("transactions");
    await this.flush();
    const changed = new Set<string>();
    const result = await last.transaction((view) => {
      changed.clear();
      return body(notingView(view, changed));
    }, options);
    for (const key of changed) {
      this.#changes.changed(key);
      await this.#queue.run(key, async () => {
        for (const one of this.#tiers) if (one !== this.#last) await one.remove(key);
      });
      this.#changes.changed(key);
    }
    return result;
  }

  addToCounters(amounts: Readonly<Record<string, number>>): void {
    this.#ofLast<Counters>("counters").addToCounters(amounts);
  }

  async readCounters(): Promise<Readonly<Record<string, number>>> {
    return this.#ofLast<Counters>("counters").readCounters();
  }

  async setBlobStream(key: string, chunks: AsyncIterable<Uint8Array>, record: StreamRecord): Promise<BlobRecord> {
    const last = this.#ofLast<BlobStreams>("streams");
    // Copied before the first wait, as bytes are.
    const kept = typeof record === "function" ? record : structuredClone(record);
    await this.flush();
    this.#changes.changed(key);
    return this.#queue.run(key, async () => {
      const stored = await last.setBlobStream(key, chunks, kept);
      for (const one of this.#tiers) if (one !== this.#last) await one.remove(key);
      this.#changes.changed(key);
      return stored;
    });
  }

  /** Empties every tier. @throws what the first tier that could not be emptied threw, after all were tried */
  async clear(): Promise<void> {
    this.#changes.allChanged();
    await this.flush();
    const results = await Promise.allSettled(
      this.#tiers.map(async (one) => {
        await one.settings.backend.clear();
        one.cleared();
      }),
    );
    this.#changes.allChanged();
    const failure = results.find((result) => result.status === "rejected");
    if (failure !== undefined) throw failure.reason;
  }

  /** Waits for promotions, and for writes that follow in the background. */
  async flush(): Promise<void> {
    await this.#queue.idle();
    for (const one of this.#tiers) await one.flush();
  }

  /** Waits as {@link flush} does, and closes every tier. */
  async close(): Promise<void> {
    await this.flush();
    for (const one of this.#tiers) await one.attempt("close", async () => one.settings.backend.close?.());
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await this.close();
  }

  #promoting(key: string, found: StoredBlob, from: { readonly depth: number; readonly moment: number }): StoredBlob {
    const nearer = this.#tiers
      .slice(0, from.depth)
      .filter((one) => found.record.byteLength <= one.settings.maxBlobBytes);
    if (nearer.length === 0) return found;
    return promotingBlob(found, (bytes) => {
      const promotion = this.#queue.run(key, () => this.#promote(key, bytes, found.record, { nearer, ...from }));
      // What fails here was told as a warning; nobody waits for a promotion.
      promotion.catch(() => undefined);
    });
  }

  async #promote(
    key: string,
    bytes: Uint8Array | undefined,
    record: BlobRecord,
    { nearer, depth, moment }: { readonly nearer: readonly Tier[]; readonly depth: number; readonly moment: number },
  ): Promise<void> {
    const isCurrent = () => this.#changes.isUnchangedSince(key, moment);
    if (!isCurrent()) return;
    if (bytes !== undefined) {
      await this.#writeAll(key, { record, bytes }, nearer);
      return;
    }
    const source = await this.#tiers[depth]!.find(key);
    if (source === undefined) return;
    try {
      // Read anew by whoever keeps it: each tier checks what it stores against the record's checksum.
      if (source.record.checksum !== record.checksum || source.verified !== true || !isCurrent()) return;
      for (const one of nearer.toReversed()) {
        await one.write(key, { record: source.record, chunks: chunksOf(source) });
      }
    } finally {
      await release(source);
    }
  }

  #ofLast<Capability>(capability: keyof BackendCapabilities): Capability {
    if (this.supports[capability] !== true) {
      throw new UnsupportedCapabilityError(capability, `'${capability}' of a TieredCache, in its last tier,`);
    }
    return this.#last.settings.backend as unknown as Capability;
  }

  #each<Capability>(capability: keyof BackendCapabilities): Capability[] {
    if (this.supports[capability] !== true) {
      throw new UnsupportedCapabilityError(capability, `'${capability}' of a TieredCache, in every tier,`);
    }
    return this.#tiers.map((one) => one.settings.backend as unknown as Capability);
  }
}

async function* watch(chunks: AsyncIterable<Uint8Array>, onError: () => void): AsyncGenerator<Uint8Array> {
  try {
    yield* chunks;
  } catch (error) {
    onError();
    throw error;
  }
}

const chunkBytes = 1024 * 1024;

async function* chunksOf({ source }: StoredBlob): AsyncGenerator<Uint8Array> {
  for (let at = 0; at < source.byteLength; at += chunkBytes) {
    yield await source.slice(at, Math.min(source.byteLength, at + chunkBytes));
  }
}
