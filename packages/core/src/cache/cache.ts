import type { CacheBackend } from "../backend.js";
import type { BlobRecord } from "../blob-record.js";
import type { Awaitable } from "../blob-source.js";
import { loadXxhash } from "../checksum/xxhash.js";
import { type Clock, systemClock } from "../clock.js";
import type { ValueCodec } from "../codec.js";
import type { CacheEventListener } from "../events.js";
import { backendFailure } from "./backend-failure.js";
import { type CacheEntry, cacheEntry } from "./cache-entry.js";
import { checkBackend } from "./check-backend.js";
import { checkKey } from "./check-key.js";
import { type CodecSet, codecSet } from "./codec-set.js";
import { deleteBlobOf } from "./delete-blob.js";
import { decodeAgain, type EncodedBlob, encodeValue, type UncacheableValue } from "./encode-value.js";
import { type EntryReader, entryReader, type FoundBlob, release } from "./entry-reader.js";
import { type FlightState, flights, type Landing, ownCopy } from "./flights.js";
import { guardedListener } from "./guarded-listener.js";
import { keysOf } from "./list-keys.js";
import { makeRecord, type RecordTemplate, recordTemplate } from "./make-record.js";
import { type Memoized, type MemoizeOptions, memoizeOn } from "./memoize.js";
import type { SetOptions, SetOutcome } from "./set-options.js";
import { writeQueue } from "./write-queue.js";

/** What a {@link Cache} is made of. */
export interface CacheOptions {
  /** Where bytes are kept. */
  readonly backend: CacheBackend;
  /** Codecs asked before those of the backend and the built-in ones. */
  readonly codecs?: readonly ValueCodec[];
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
  /** Told of hits, misses, writes and warnings. Without it the cache is silent. */
  readonly onEvent?: CacheEventListener | undefined;
}

/**
 * A backend with codecs and policy: values in, values out.
 *
 * Reading never throws for what is stored: an entry that is expired, damaged or unreadable, and a backend that fails,
 * are misses, with a warning event. A value found is decoded afresh for each caller.
 */
export class Cache {
  readonly backend: CacheBackend;
  readonly #codecs: CodecSet;
  readonly #clock: Clock;
  readonly #onEvent: CacheEventListener | undefined;
  readonly #reader: EntryReader;
  readonly #flights = flights();
  readonly #queue = writeQueue();

  /** @throws LarderError `invalid-backend` when the backend lacks one of the five methods, naming it */
  constructor(options: CacheOptions) {
    this.backend = checkBackend(options?.backend);
    this.#codecs = codecSet(options.codecs, this.backend.codecs);
    this.#clock = options.clock ?? systemClock;
    this.#onEvent = guardedListener(options.onEvent);
    this.#reader = entryReader({
      backend: this.backend,
      codecs: this.#codecs,
      clock: this.#clock,
      onEvent: this.#onEvent,
    });
  }

  /**
   * The value under a key, or `undefined` when it is not there, expired, damaged or unreadable. A stored `undefined`
   * looks the same: {@link has} and {@link entry} tell them apart.
   *
   * @throws LarderError `invalid-key`
   */
  async get<T = unknown>(key: string): Promise<T | undefined> {
    checkKey(key);
    return (await this.#lookUp(key, undefined))?.value as T | undefined;
  }

  /**
   * The entry under a key, fresh and undamaged as far as its record shows, or `undefined`. No byte of the value is
   * read before `value()` or `table()` asks for it. Close it when done.
   *
   * @throws LarderError `invalid-key`
   */
  async entry(key: string): Promise<CacheEntry | undefined> {
    checkKey(key);
    const found = await this.#reader.find(key);
    if (typeof found === "string") {
      this.#onEvent?.({ type: "miss", key, reason: found });
      return undefined;
    }
    this.#onEvent?.({ type: "hit", key, record: found.stored.record });
    return cacheEntry(found);
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
    const template = recordTemplate(options);
    this.#flights.supersede(key);
    const encoding = encodeValue(key, value, options.codec, this.#codecs);
    return this.#queue.run(key, async () => {
      const encoded = await encoding;
      if (encoded.codec === undefined) {
        await deleteBlobOf(this.backend, key);
        return this.#uncacheable(key, encoded);
      }
      const record = await this.#record(encoded, template);
      options.onEncoded?.(record);
      await this.#store(key, encoded, record);
      return { stored: true, record };
    });
  }

  /**
   * Whether {@link get} would find a value, as far as the record shows; reads no value.
   *
   * @throws LarderError `invalid-key`
   */
  async has(key: string): Promise<boolean> {
    checkKey(key);
    const found = await this.#reader.find(key);
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
    this.#flights.supersede(key);
    const deleted = await this.#queue.run(key, () => deleteBlobOf(this.backend, key));
    if (deleted) this.#onEvent?.({ type: "delete", key });
    return deleted;
  }

  /**
   * The keys that begin with `prefix`, ascending by UTF-8 bytes; those of expired entries too.
   *
   * @throws UnsupportedCapabilityError when the backend can't list its keys
   */
  keys(options: { readonly prefix?: string } = {}): AsyncIterable<string> {
    return keysOf(this.backend, options);
  }

  /**
   * The value under a key, or what `compute` returns, which is stored. `undefined` and `null` are values like others.
   * Callers that ask for one key at the same time share one lookup and one computation; each gets objects of its own
   * where the value could be stored. What `compute` throws reaches all of them, and nothing is stored. A value that can't
   * be stored, or a backend that fails to, is a warning event.
   *
   * With `ttlSeconds` an entry older than that is a miss, also one that was stored to live longer. `compute` must not ask
   * this cache for its own key: it would wait for itself.
   *
   * @throws LarderError `invalid-key`, `invalid-ttl`, `invalid-option`; and what `compute` throws
   */
  async getOrSet<T>(key: string, compute: () => Awaitable<T>, options: SetOptions = {}): Promise<T> {
    checkKey(key);
    const template = recordTemplate(options);
    const underWay = this.#flights.under(key);
    if (underWay === undefined) {
      const flight = this.#flights.start(key, (state) => this.#fly(key, compute, options, template, state));
      return (await flight.landing).value as T;
    }
    const landing = await underWay.landing;
    if (!landing.found) return (await ownCopy(landing)) as T;
    // Found, by the measure of whoever came first: this caller looks by its own.
    const read = await this.#lookUp(key, template.lifetimeMs);
    return read === undefined ? this.getOrSet(key, compute, options) : (read.value as T);
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
    recordTemplate(options);
    return memoizeOn({ cache: this, onEvent: this.#onEvent }, fn, options);
  }

  /**
   * Waits for writes under way and closes the backend. Values still being computed are not stored. Using the cache
   * afterwards opens the backend again, where the backend can.
   */
  async close(): Promise<void> {
    this.#flights.supersedeAll();
    await this.#queue.idle();
    await this.backend.close?.();
  }

  async #lookUp(key: string, maxAgeMs: number | undefined): Promise<{ readonly value: unknown } | undefined> {
    const found = await this.#reader.find(key, maxAgeMs);
    const read = typeof found === "string" ? { miss: found } : await this.#reader.read(found);
    if (read.miss !== undefined) {
      this.#onEvent?.({ type: "miss", key, reason: read.miss });
      return undefined;
    }
    this.#onEvent?.({ type: "hit", key, record: (found as FoundBlob).stored.record });
    return read;
  }

  async #fly(
    key: string,
    compute: () => Awaitable<unknown>,
    options: SetOptions,
    template: RecordTemplate,
    state: FlightState,
  ): Promise<Landing> {
    const read = await this.#lookUp(key, template.lifetimeMs);
    if (read !== undefined) return { found: true, value: read.value };
    const started = this.#clock.monotonic();
    const value = await compute();
    const costSeconds = Math.max(0, this.#clock.monotonic() - started) / 1000;
    const encoded = await encodeValue(key, value, options.codec, this.#codecs);
    if (encoded.codec === undefined) {
      this.#uncacheable(key, encoded);
      return { found: false, value };
    }
    const record = await this.#record(encoded, { costSeconds, ...template });
    try {
      await this.#queue.run(key, async () => {
        if (!state.superseded) await this.#store(key, encoded, record);
      });
    } catch (error) {
      const message = `The value under '${key}' was computed but not stored: ${(error as Error).message}`;
      this.#onEvent?.({ type: "warning", code: "backend-failed", key, message, cause: error });
    }
    return { found: false, value, again: () => decodeAgain(encoded, record) };
  }

  async #record(blob: EncodedBlob, template: RecordTemplate): Promise<BlobRecord> {
    const xxhash = await loadXxhash();
    return makeRecord(blob, template, this.#clock.now(), xxhash);
  }

  /** @throws LarderError `backend-failed`, or the backend's own */
  async #store(key: string, { encoded }: EncodedBlob, record: BlobRecord): Promise<void> {
    try {
      await this.backend.setBlob(key, { record, bytes: encoded.bytes });
    } catch (error) {
      throw backendFailure("store", key, error);
    }
    this.#onEvent?.({ type: "set", key, record });
  }

  #uncacheable(key: string, { message, cause }: UncacheableValue): SetOutcome {
    this.#onEvent?.({ type: "warning", code: "uncacheable-value", key, message, cause });
    return { stored: false, reason: "uncacheable-value", message };
  }
}
