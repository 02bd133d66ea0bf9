import type { BlobLook, BlobToStore, CacheBackend, StoredBlob } from "./backend.js";
import type { BlobRecord, JsonObject } from "./blob-record.js";
import { guardedListener } from "./cache/guarded-listener.js";
import {
  type BackendCapabilities,
  type BlobStreams,
  type Counters,
  type EntryIndex,
  type KeyRange,
  type Lease,
  type LeaseClaim,
  type LeaseOptions,
  type LeaseState,
  type Leases,
  recordAtEnd,
  type SizeLimit,
  type StreamRecord,
  type TagIndex,
  type TagQuery,
  type TagUse,
  type Transactions,
  type TransactionView,
  type Volume,
} from "./capabilities/index.js";
import { loadXxhash, type Xxhash } from "./checksum/xxhash.js";
import type { ValueCodec } from "./codec.js";
import type { CacheEventListener } from "./events.js";
import { collectStream } from "./memory/collect-stream.js";
import { frozenRecord } from "./memory/frozen-copy.js";
import { type MemoryEntry, memoryEntry } from "./memory/memory-entry.js";
import { MemoryLeases } from "./memory/memory-leases.js";
import { type MemoryCacheOptions, type MemoryCacheSettings, memoryCacheSettings } from "./memory/memory-options.js";
import { MemoryRoom } from "./memory/memory-room.js";
import { MemoryStore } from "./memory/memory-store.js";
import { runInView } from "./memory/memory-view.js";
import type { NodeSignature } from "./node-signature.js";
import { blobBytes, ofLength } from "./sources/blob-bytes.js";

export type { MemoryCacheOptions } from "./memory/memory-options.js";

const supports: BackendCapabilities = Object.freeze({
  entryIndex: true,
  tags: true,
  leases: true,
  transactions: true,
  counters: true,
  streams: true,
  sizeLimit: true,
});

/**
 * A backend in the memory of this process, with every capability except that it ends with the process. It keeps its own
 * copies of bytes and records. Without `sizeLimitBytes` it has no limit of size.
 *
 * @throws LarderError `invalid-option` (on making one)
 */
export class MemoryCache
  implements CacheBackend, EntryIndex, TagIndex, Leases, Transactions, Counters, BlobStreams, SizeLimit
{
  readonly codecs: readonly ValueCodec[];
  readonly supports: BackendCapabilities = supports;
  readonly #settings: MemoryCacheSettings;
  readonly #onEvent: CacheEventListener | undefined;
  readonly #store: MemoryStore;
  readonly #room: MemoryRoom;
  readonly #leases: MemoryLeases;
  readonly #counters = new Map<string, number>();
  readonly #signatures = new Map<string, NodeSignature>();
  #xxhash: Xxhash | undefined;

  constructor(options: MemoryCacheOptions = {}) {
    this.#settings = memoryCacheSettings(options);
    this.codecs = this.#settings.codecs;
    this.#onEvent = guardedListener(this.#settings.onEvent);
    this.#store = new MemoryStore(this.#settings);
    this.#room = new MemoryRoom(this.#store, this.#settings);
    this.#leases = new MemoryLeases(this.#settings.clock);
  }

  async getMeta(nodeName: string): Promise<NodeSignature | undefined> {
    return this.#signatures.get(nodeName);
  }

  async setMeta(signature: NodeSignature): Promise<void> {
    this.#signatures.set(signature.nodeName, Object.freeze({ ...signature }));
  }

  async getBlob(key: string, { countsAsUse = true }: BlobLook = {}): Promise<StoredBlob | undefined> {
    const entry = this.#store.entries.get(key);
    if (entry !== undefined && countsAsUse) this.#store.noteUse(entry);
    return entry?.stored;
  }

  /** @throws CacheFullError when it has no room, and can't make it; then what the key had stays */
  async setBlob(key: string, blob: BlobToStore): Promise<void> {
    // What is in memory is copied before the first wait: its owner may write to it afterwards.
    const record = frozenRecord(blob.record);
    const bytes =
      "bytes" in blob ? new Uint8Array(ofLength(blob.bytes, record.byteLength)) : await blobBytes({ ...blob, record });
    this.#xxhash ??= await loadXxhash();
    await this.#put(memoryEntry(key, record, bytes, this.#xxhash));
  }

  /** @throws CacheFullError when it has no room, and can't make it; then what the key had stays */
  async setBlobStream(key: string, chunks: AsyncIterable<Uint8Array>, record: StreamRecord): Promise<BlobRecord> {
    const template = recordAtEnd(record);
    this.#xxhash ??= await loadXxhash();
    const { sizeLimitBytes = Number.POSITIVE_INFINITY } = this.#settings;
    const blob = await collectStream(chunks, template, sizeLimitBytes, this.#xxhash);
    await this.#put(memoryEntry(key, blob.record, blob.bytes, this.#xxhash));
    return blob.record;
  }

  /** Forgets every blob and signature, and sets the counters back. Leases stay. */
  async clear(): Promise<void> {
    this.#store.clear();
    this.#signatures.clear();
    this.#counters.clear();
  }

  async *keys(range?: KeyRange): AsyncGenerator<string> {
    yield* this.#store.keys.within(range);
  }

  async deleteBlob(key: string): Promise<boolean> {
    return this.#store.remove(key) !== undefined;
  }

  async *tags(): AsyncGenerator<TagUse> {
    yield* this.#store.tags.uses();
  }

  async *taggedKeys(query: TagQuery): AsyncGenerator<string> {
    yield* this.#store.tags.matching(query);
  }

  async deleteTagged(query: TagQuery): Promise<number> {
    const keys = this.#store.tags.matching(query);
    for (const key of keys) this.#store.remove(key);
    return keys.length;
  }

  async acquireLease(name: string, options?: LeaseOptions): Promise<LeaseClaim> {
    return this.#leases.acquire(name, options);
  }

  async renewLease(lease: Lease): Promise<boolean> {
    return this.#leases.renew(lease);
  }

  async releaseLease(lease: Lease, outcome?: JsonObject): Promise<boolean> {
    return this.#leases.release(lease, outcome);
  }

  async readLease(name: string): Promise<LeaseState | undefined> {
    return this.#leases.read(name);
  }

  /**
   * As `Transactions` says. Reading within a transaction does not count as use for the eviction policy; what it
   * has changed is not evicted for the room it needs.
   *
   * @throws CacheFullError when what it stores has no room
   * @throws LarderError `asynchronous-transaction` when `body` returns a promise
   */
  async transaction<Result>(body: (view: TransactionView) => Result): Promise<Result> {
    this.#xxhash ??= await loadXxhash();
    try {
      const result = runInView(body, { store: this.#store, room: this.#room, xxhash: this.#xxhash });
      this.#room.sweepSometimes();
      return result;
    } finally {
      this.#tellGone();
    }
  }

  addToCounters(amounts: Readonly<Record<string, number>>): void {
    for (const [name, amount] of Object.entries(amounts)) {
      this.#counters.set(name, (this.#counters.get(name) ?? 0) + amount);
    }
  }

  async readCounters(): Promise<Readonly<Record<string, number>>> {
    return Object.fromEntries(this.#counters);
  }

  async volume(): Promise<Volume> {
    const { entries, sizeBytes } = this.#store;
    return { entries: entries.size, sizeBytes, reservedBytes: 0, limitBytes: this.#settings.sizeLimitBytes };
  }

  /** @throws RangeError when `targetBytes` is no number of 0 or more */
  async cull(targetBytes: number = this.#settings.sizeLimitBytes ?? Number.POSITIVE_INFINITY): Promise<number> {
    if (!(targetBytes >= 0)) {
      throw new RangeError(`cull() takes a number of bytes, 0 or more, and was given ${targetBytes}.`);
    }
    const { cullLimit } = this.#settings;
    let total = 0;
    for (;;) {
      const count = this.#room.cull(targetBytes, cullLimit);
      total += count;
      this.#tellGone();
      if (count < cullLimit) break;
      await new Promise(setImmediate);
    }
    this.#store.endEviction();
    return total;
  }

  async #put(entry: MemoryEntry): Promise<void> {
    try {
      while (!this.#room.makeFor(entry.key, entry.sizeBytes)) {
        this.#tellGone();
        await new Promise(setImmediate);
      }
      this.#store.put(entry);
      this.#room.sweepSometimes();
    } finally {
      this.#tellGone();
    }
  }

  #tellGone(): void {
    if (this.#room.gone.length === 0) return;
    const gone = this.#room.gone;
    this.#room.gone = [];
    for (const { reason } of gone) this.addToCounters(reason === "size" ? { evictions: 1 } : { expirations: 1 });
    for (const forgotten of gone) this.#onEvent?.({ type: "evict", ...forgotten });
  }
}
