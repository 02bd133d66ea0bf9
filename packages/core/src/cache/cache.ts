import type { Readable } from "node:stream";
import type { CacheBackend } from "../backend.js";
import type { BlobRecord } from "../blob-record.js";
import type { Awaitable } from "../blob-source.js";
import type { KeyRange, TagQuery, TagUse, TransactionOptions, Volume } from "../capabilities/index.js";
import { type AddOutcome, addValue } from "./atomics/add-value.js";
import type { CacheView } from "./atomics/cache-view.js";
import { type IncrementOptions, negated } from "./atomics/increment.js";
import { popValue } from "./atomics/pop-value.js";
import type { TouchOptions } from "./atomics/touched-record.js";
import { stepOn, transactionOn } from "./atomics/transaction-on.js";
import type { CacheEntry } from "./cache-entry.js";
import type { CacheOptions } from "./cache-options.js";
import { type CacheParts, cacheParts } from "./cache-parts.js";
import type { CacheStatistics } from "./cache-statistics.js";
import { checkKey } from "./check-key.js";
import { clearAll } from "./clear-all.js";
import { getOrSetIn } from "./compute/get-or-set.js";
import type { Compute, GetOrSetOptions } from "./compute/get-or-set-options.js";
import { deleteBlobOf } from "./delete-blob.js";
import { release } from "./entry-reader.js";
import { findEntry } from "./find-entry.js";
import { getMany } from "./get-many.js";
import { entriesOf } from "./list-entries.js";
import { keysOf } from "./list-keys.js";
import { lookUp, valueAlone } from "./look-up.js";
import { type Memoized, type MemoizeOptions, memoizeOn } from "./memoize.js";
import { setMany } from "./set-many.js";
import type { SetOptions, SetOutcome } from "./set-options.js";
import { flushStatistics, readStatistics } from "./statistics.js";
import { storeValue } from "./store-value.js";
import { readStream } from "./streams/read-stream.js";
import { type WriteStreamOptions, writeStream } from "./streams/write-stream.js";
import { evictTagged, taggedKeys, tagsOf } from "./tags.js";
import { volumeOf } from "./volume-of.js";

/**
 * A backend with codecs and policy: values in, values out.
 *
 * Reading never throws for what is stored: an entry that is expired, damaged or unreadable, and a backend that fails,
 * are misses, with a warning event. A value found is decoded afresh for each caller.
 */
export class Cache {
  readonly backend: CacheBackend;
  readonly #parts: CacheParts;

  /** @throws LarderError `invalid-backend` when the backend lacks one of the five methods, naming it */
  constructor(options: CacheOptions) {
    this.#parts = cacheParts(options);
    this.backend = this.#parts.backend;
  }

  /**
   * The value under a key, or `undefined` when it is not there, expired, damaged or unreadable. A stored `undefined`
   * looks the same: {@link has} and {@link entry} tell them apart.
   *
   * @throws LarderError `invalid-key`
   */
  get<T = unknown>(key: string): Promise<T | undefined> {
    return lookUp(this.#parts, key, valueAlone) as Promise<T | undefined>;
  }

  /**
   * The entry under a key, fresh and undamaged as far as its record shows, or `undefined`. No byte of the value is
   * read before `value()` or `table()` asks for it. Close it when done.
   *
   * @throws LarderError `invalid-key`
   */
  async entry(key: string): Promise<CacheEntry | undefined> {
    checkKey(key);
    return findEntry(this.#parts, key);
  }

  /**
   * Stores a value in place of what its key had. A value that no codec takes is not stored: the outcome and a warning
   * say why, and what the key had before is deleted, for it is its value no longer.
   *
   * The value is encoded before this method first waits, unless its codec is an asynchronous one.
   *
   * @throws LarderError `invalid-key`, `invalid-ttl`, `invalid-option`
   * @throws LarderError `backend-failed`, or the backend's own `LarderError`, when the backend could not store it
   */
  async set(key: string, value: unknown, options: SetOptions = {}): Promise<SetOutcome> {
    checkKey(key);
    return storeValue(this.#parts, key, value, options);
  }

  /**
   * Whether {@link get} would find a value, as far as the record shows; reads no value.
   *
   * @throws LarderError `invalid-key`
   */
  async has(key: string): Promise<boolean> {
    checkKey(key);
    const found = await this.#parts.reader.find(key);
    if (typeof found === "string") return false;
    await release(found.stored);
    return true;
  }

  /**
   * Forgets the value under a key; `false` when there was none. A value that is being computed for the key is handed to
   * those who wait for it, but not stored.
   *
   * @throws LarderError `invalid-key`; `backend-failed`, or the backend's own `LarderError`
   */
  async delete(key: string): Promise<boolean> {
    checkKey(key);
    this.#parts.flights.supersede(key);
    const deleted = await this.#parts.queue.run(key, () => deleteBlobOf(this.backend, key));
    if (deleted) this.#parts.onEvent?.({ type: "delete", key });
    return deleted;
  }

  /**
   * The values of those keys that have one; a stored `undefined` is among them. In the order of `keys`.
   *
   * @throws LarderError `invalid-key`
   */
  async getMany<T = unknown>(keys: Iterable<string>): Promise<Map<string, T>> {
    return getMany(this.#parts, keys);
  }

  /**
   * Does {@link set} for each entry, with the same options; where the backend batches its writes they share a commit. All
   * are tried, even when some fail. Don't change the values before it has resolved.
   *
   * @returns the outcomes, in the order of `entries`
   * @throws what {@link set} throws: of those that failed, the error of the first
   */
  async setMany(entries: Iterable<readonly [string, unknown]>, options: SetOptions = {}): Promise<SetOutcome[]> {
    return setMany(this.#parts, entries, options);
  }

  /**
   * Stores a value only where {@link has} finds none: of all processes that add at the same time, one stores. What no codec
   * takes is not stored, and changes nothing.
   *
   * @throws what {@link set} throws; UnsupportedCapabilityError when the backend has no transactions
   */
  async add(key: string, value: unknown, options: SetOptions = {}): Promise<AddOutcome> {
    checkKey(key);
    return addValue(this.#parts, key, value, options);
  }

  /**
   * Takes the value under a key out, as {@link get} and {@link delete} in one step: of all processes that pop at the same
   * time, one gets it. `undefined` when there was none.
   *
   * @throws what {@link delete} throws; UnsupportedCapabilityError when the backend has no transactions
   */
  async pop<T = unknown>(key: string): Promise<T | undefined> {
    checkKey(key);
    return popValue(this.#parts, key) as Promise<T | undefined>;
  }

  /**
   * Gives a fresh value a new time to live, counted from now; its bytes, and when it was created, stay. `false` when there
   * is no fresh value.
   *
   * @throws LarderError `invalid-key`, `invalid-ttl`; UnsupportedCapabilityError when the backend has no transactions
   */
  async touch(key: string, options: TouchOptions = {}): Promise<boolean> {
    checkKey(key);
    return stepOn(this.#parts, key, "Touching a value", (view) => view.touch(key, options));
  }

  /**
   * Adds to the number under a key, exactly, whoever else does at the same time; where there is no fresh one, to `initial`,
   * with the options. A number that is there keeps its expiry, tags and origin. Bigints are changed by bigints, and stay what
   * they are.
   *
   * @param by - a finite number, or a bigint; default 1
   * @returns the new number
   * @throws LarderError `not-a-number` when what is stored is none, or not of the kind of `by`; `number-out-of-range`
   *   when the sum of integers reaches ±2⁵³, or that of others is not finite; nothing is changed then
   * @throws LarderError `invalid-key`, `invalid-option`; UnsupportedCapabilityError when the backend has no transactions
   */
  async increment(key: string, by?: number, options?: IncrementOptions<number>): Promise<number>;
  async increment(key: string, by: bigint, options?: IncrementOptions<bigint>): Promise<bigint>;
  async increment(key: string, by: number | bigint = 1, options?: IncrementOptions<never>): Promise<number | bigint> {
    checkKey(key);
    const step = (view: CacheView) => view.increment(key, by as number, options);
    return stepOn(this.#parts, key, "Incrementing", step, { commutes: true });
  }

  /** {@link increment} by `-by`. */
  async decrement(key: string, by?: number, options?: IncrementOptions<number>): Promise<number>;
  async decrement(key: string, by: bigint, options?: IncrementOptions<bigint>): Promise<bigint>;
  async decrement(key: string, by: number | bigint = 1, options?: IncrementOptions<never>): Promise<number | bigint> {
    return this.increment(key, negated(by) as number, options);
  }

  /**
   * Reads and changes several values as one step, while nobody else writes: all changes are made when `fn` returns, and
   * none when it throws. `fn` is synchronous, and may run more than once: it should do nothing else. Writes asked of this
   * cache before have ended when it runs. Events are sent once it is committed.
   *
   * @param options - `key`: where the backend is in several shards, one of the keys; all must be in its shard
   * @throws what `fn` throws; LarderError `asynchronous-transaction`, `asynchronous-codec`, `backend-failed`, or the
   *   backend's own; UnsupportedCapabilityError when the backend has no transactions
   */
  async transaction<Result>(fn: (view: CacheView) => Result, options: TransactionOptions = {}): Promise<Result> {
    return transactionOn(this.#parts, fn, options);
  }

  /**
   * The bytes under a key as a stream, each part checked before it is handed out; `undefined` when {@link get} would find
   * nothing. It emits `DamagedBlobError` where the bytes prove damaged. Read it to its end, or destroy it.
   *
   * @throws LarderError `invalid-key`; `not-bytes` when the value was not stored as bytes
   */
  async readStream(key: string): Promise<Readable | undefined> {
    checkKey(key);
    return readStream(this.#parts, key);
  }

  /**
   * Stores bytes that arrive one after the other, as one value; `get` then finds a `Uint8Array`. It takes the place of what
   * the key had when `source` has ended; when that throws or is destroyed, nothing is stored. A backend without the
   * capability `streams` gets the bytes when all are in memory. Its age counts from the call.
   *
   * @returns the record
   * @throws what `source` throws; LarderError `invalid-stream` when it holds anything but bytes
   * @throws LarderError `invalid-key`, `invalid-ttl`, `invalid-option`, `backend-failed`, or the backend's own
   */
  async writeStream(
    key: string,
    source: AsyncIterable<Uint8Array> | Readable,
    options: WriteStreamOptions = {},
  ): Promise<BlobRecord> {
    checkKey(key);
    return writeStream(this.#parts, key, source, options);
  }

  /**
   * The keys in a range, ascending by UTF-8 bytes or descending; those of expired entries too.
   *
   * @throws LarderError `invalid-option`; UnsupportedCapabilityError when the backend can't list its keys
   */
  keys(range: KeyRange = {}): AsyncIterable<string> {
    return keysOf(this.backend, range);
  }

  /**
   * The entries in a range that are fresh, with their keys; `limit` counts these. Each is closed when the next is asked for.
   * They are told as no hits.
   *
   * @throws LarderError `invalid-option`; UnsupportedCapabilityError when the backend can't list its keys
   */
  entries(range: KeyRange = {}): AsyncIterable<readonly [string, CacheEntry]> {
    return entriesOf(this.#parts, range);
  }

  /**
   * The tags in use, ascending by UTF-8 bytes, and how many entries have each.
   *
   * @throws UnsupportedCapabilityError when the backend has no tag index; so do the three methods below
   */
  tags(): AsyncIterable<TagUse> {
    return tagsOf(this.#parts);
  }

  /**
   * The keys of the entries that match, ascending by UTF-8 bytes; those of expired entries too.
   *
   * @throws LarderError `empty-tag-query`, `invalid-option`
   */
  taggedKeys(query: TagQuery): AsyncIterable<string> {
    return taggedKeys(this.#parts, query);
  }

  /** {@link evict} of what has this tag. */
  async evictTag(tag: string): Promise<number> {
    return evictTagged(this.#parts, { allTags: [tag] });
  }

  /**
   * Forgets the entries that match, pinned ones too. A value with such tags that this cache is computing is handed to those
   * who wait for it, but not stored; one that another process is computing may be stored afterwards.
   *
   * @returns how many there were
   * @throws LarderError `empty-tag-query`, `invalid-option`; `backend-failed`, or the backend's own `LarderError`
   */
  async evict(query: TagQuery): Promise<number> {
    return evictTagged(this.#parts, query);
  }

  /**
   * Forgets everything the backend holds, signatures of nodes and statistics too. Values being computed are not stored.
   *
   * @throws LarderError `backend-failed`, or the backend's own
   */
  async clear(): Promise<void> {
    return clearAll(this.#parts);
  }

  /**
   * What all processes have done with the backend; what other threads have counted in the last second may be missing.
   *
   * @throws UnsupportedCapabilityError when the backend has no counters; LarderError `backend-failed`, or its own
   */
  async stats(): Promise<CacheStatistics> {
    return readStatistics(this.backend);
  }

  /**
   * What the backend holds now, and its limit.
   *
   * @throws UnsupportedCapabilityError when the backend does not know its size
   */
  async volume(): Promise<Volume> {
    return volumeOf(this.backend);
  }

  /**
   * The value under a key, or what `compute` returns, which is stored. `undefined` and `null` are values like others.
   * Callers that ask for one key at the same time share one computation: those of this cache, and where the backend has
   * leases those of all threads and processes that share it. Each gets objects of its own where the value could be stored.
   * What `compute` throws reaches all who wait, and nothing is stored. A value that can't be stored, or a backend that
   * fails to, is a warning event; then each thread and process computes for itself.
   *
   * With `ttlSeconds` an entry older than that is a miss, also one that was stored to live longer. `compute` must not ask
   * for its own key: it would wait for itself.
   *
   * @throws LarderError `invalid-key`, `invalid-ttl`, `invalid-option`; and what `compute` throws
   * @throws ComputeFailedElsewhereError when another thread or process computed it, and failed
   * @throws ComputeTimeoutError after `hardTimeoutMs`; the reason of `signal` when it is aborted; LarderError `cache-closed`
   */
  getOrSet<T>(key: string, compute: Compute<T>, options?: GetOrSetOptions): Promise<T> {
    return getOrSetIn(this.#parts, key, compute, options) as Promise<T>;
  }

  /**
   * A function whose results are cached under its name, its version and its arguments. Arguments must have a
   * `valueDigest`; a call whose arguments have none is not cached, with a warning event. The function must depend on
   * nothing but its arguments, and is called without `this`.
   *
   * @throws LarderError `invalid-key-prefix` when the name is not usable, `invalid-ttl`, `invalid-option`
   */
  memoize<Args extends unknown[], Result>(
    fn: (...args: Args) => Awaitable<Result>,
    options: MemoizeOptions,
  ): Memoized<Args, Result> {
    return memoizeOn({ cache: this, onEvent: this.#parts.onEvent }, fn, options);
  }

  /**
   * Waits for writes under way and closes the backend. Values still being computed are not stored; those
   * that another thread or process computes are waited for no more. Using the cache
   * afterwards opens the backend again, where the backend can.
   */
  async close(): Promise<void> {
    const { flights, queue, leases, expiring } = this.#parts;
    flights.close();
    await queue.idle();
    await leases?.close();
    await expiring.idle();
    // Those of other caches on this backend too: handed on later they would open it again.
    flushStatistics(this.backend);
    await this.backend.close?.();
  }
}
