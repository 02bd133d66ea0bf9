import type { BlobRecord } from "../../blob-record.js";
import { bytesSource } from "../../blob-source.js";
import type { BlobInView, KeyRange, TransactionView } from "../../capabilities/index.js";
import type { Xxhash } from "../../checksum/xxhash.js";
import type { ValueCodec } from "../../codec.js";
import { LarderError } from "../../errors.js";
import type { CacheParts } from "../cache-parts.js";
import { checkKey } from "../check-key.js";
import { checkKeyRange } from "../check-key-range.js";
import { asynchronousCodec, encodeValueNow } from "../encode-value.js";
import { isRecord, type MissReason } from "../entry-reader.js";
import { hasExpired, ttlMilliseconds } from "../freshness.js";
import { makeRecord, recordTemplate } from "../make-record.js";
import { newerCodec } from "../newer-formats.js";
import type { SetOptions } from "../set-options.js";
import { checkIncrement, type IncrementOptions, keptByIncrement, notANumber, sum } from "./increment.js";
import { type TouchOptions, touchedRecord } from "./touched-record.js";
import type { TransactionRun } from "./transact.js";

/** What is stored with a value within a transaction. */
export type SetInViewOptions = Omit<SetOptions, "onEncoded">;

/**
 * The values of a cache as one transaction sees and changes them. Everything happens at once, and the view is usable only
 * until the function of the transaction returns. Fresh is what is fresh for `Cache.get`.
 *
 * Methods throw LarderError `invalid-key`; those that read or write values also `asynchronous-codec`, which names the codec.
 */
export interface CacheView {
  /** The value under a key, or `undefined` when it is not there, expired, damaged or unreadable. */
  get<T = unknown>(key: string): T | undefined;
  /** Whether `get` would find a value, as far as its record shows. */
  has(key: string): boolean;
  /** The record of a fresh value. */
  record(key: string): BlobRecord | undefined;
  /**
   * Stores a value in place of what its key had.
   *
   * @returns its record
   * @throws LarderError `uncacheable-value` when no codec takes it; `newer-format` when this cache has read there what a newer
   *   version of Larder wrote; `invalid-ttl`, `invalid-option`; the backend's own
   */
  set(key: string, value: unknown, options?: SetInViewOptions): BlobRecord;
  /** Forgets the value under a key; `false` when there was none. */
  delete(key: string): boolean;
  /** See `Cache.touch`. */
  touch(key: string, options?: TouchOptions): boolean;
  /** See `Cache.increment`. */
  increment(key: string, by?: number, options?: IncrementOptions<number>): number;
  increment(key: string, by: bigint, options?: IncrementOptions<bigint>): bigint;
  /** The keys in a range, those of expired values too. Don't change the view while you iterate over them. */
  keys(range?: KeyRange): Iterable<string>;
}

/** A view of values, and the steps it is made of. */
export interface ViewSteps {
  readonly view: CacheView;
  readonly blobs: TransactionView;
  /** The record of a fresh value and its codec, or why there is none. */
  standing(key: string): { readonly record: BlobRecord; readonly codec: ValueCodec } | MissReason;
  /** Stores what was encoded before. */
  put(key: string, blob: BlobInView): BlobRecord;
}

interface ViewOptions {
  readonly parts: CacheParts;
  readonly blobs: TransactionView;
  readonly xxhash: Xxhash;
  readonly run: TransactionRun;
}

/** Values over the blobs of a transaction. What it would tell at once elsewhere is noted in `run`. */
export function cacheView({ parts, blobs, xxhash, run }: ViewOptions): ViewSteps {
  const { ages, codecs, clock, flights, newer } = parts;

  function standing(key: string): { readonly record: BlobRecord; readonly codec: ValueCodec } | MissReason {
    checkKey(key);
    const record = blobs.record(key);
    if (record === undefined || record === null) return "absent";
    if (!isRecord(record)) return "damaged";
    if (hasExpired(record, clock.now()) || ages.isOver(key, record)) {
      run.expired.set(key, record);
      return "expired";
    }
    const codec = codecs.named(record.codec);
    if (codec !== undefined) return { record, codec };
    const why = newerCodec(key, record, codecs);
    if (why !== undefined) newer.met(key, record, why);
    return "unreadable";
  }

  function read(key: string): { readonly value: unknown; readonly record: BlobRecord } | MissReason {
    const found = standing(key);
    if (typeof found === "string") return found;
    const blob = blobs.get(key);
    if (blob === undefined || blob === null) return "damaged";
    const { codec } = found;
    let value: unknown;
    try {
      value = codec.decode(bytesSource(blob.bytes), blob.record);
    } catch (cause) {
      const message = `The value under '${key}' could not be read by its codec '${codec.name}': ${String((cause as Error)?.message ?? cause)}. It counts as a miss.`;
      run.events.push({ type: "warning", code: "decode-failed", key, message, cause });
      return "unreadable";
    }
    if (value instanceof Promise) {
      value.catch(() => undefined);
      throw asynchronousCodec(key, codec.name, "decode");
    }
    return { value, record: blob.record };
  }

  function write(key: string, value: unknown, options: SetInViewOptions, kept: Partial<BlobRecord>): BlobRecord {
    const template = recordTemplate(options);
    const blob = encodeValueNow(key, value, options.codec, codecs);
    if (blob.codec === undefined) {
      throw new LarderError(blob.message, { code: "uncacheable-value", facts: { key }, cause: blob.cause });
    }
    if (newer.has(key)) refuseNewer(key);
    const record = Object.freeze({ ...makeRecord(blob, template, clock.now(), xxhash), ...kept });
    return put(key, { record, bytes: blob.encoded.bytes });
  }

  /** @throws LarderError `newer-format` when what is there is in a newer format than this cache knows */
  function refuseNewer(key: string): void {
    const record = blobs.record(key);
    const why = record && newerCodec(key, record, codecs);
    if (why !== undefined) throw new LarderError(why, { code: "newer-format", facts: { key } });
  }

  function put(key: string, blob: BlobInView): BlobRecord {
    blobs.set(key, blob);
    const { expiresAt, createdAt } = blob.record;
    changed(key, blob.record, expiresAt === undefined ? undefined : expiresAt - createdAt);
    run.events.push({ type: "set", key, record: blob.record });
    return blob.record;
  }

  function changed(key: string, record?: BlobRecord, lifetimeMs?: number): void {
    run.written.add(key);
    run.lifetimes.delete(key);
    if (record !== undefined && lifetimeMs !== undefined) run.lifetimes.set(key, { record, lifetimeMs });
    flights.supersede(key);
  }

  function increment<N extends number | bigint>(key: string, by: N, options: IncrementOptions<N> = {}): N {
    const { initial, ...ofNew } = checkIncrement(by, options);
    const found = read(key);
    if (found === "unreadable") throw notANumber(key, "of a kind that can't be read here", by);
    if (typeof found === "string") {
      const started = sum(key, initial, by);
      write(key, started, ofNew, {});
      return started;
    }
    const changedValue = sum(key, found.value, by);
    write(key, changedValue, {}, keptByIncrement(found.record));
    return changedValue;
  }

  const view: CacheView = {
    get<T>(key: string): T | undefined {
      const found = read(key);
      if (typeof found === "string") {
        run.events.push({ type: "miss", key, reason: found });
        return undefined;
      }
      run.events.push({ type: "hit", key, record: found.record });
      return found.value as T;
    },
    has: (key) => typeof standing(key) !== "string",
    record(key) {
      const found = standing(key);
      return typeof found === "string" ? undefined : found.record;
    },
    set(key, value, options = {}) {
      checkKey(key);
      return write(key, value, options, {});
    },
    delete(key) {
      checkKey(key);
      const deleted = blobs.delete(key);
      changed(key);
      if (deleted) run.events.push({ type: "delete", key });
      return deleted;
    },
    touch(key, { ttlSeconds } = {}) {
      const lifetimeMs = ttlMilliseconds(ttlSeconds);
      const found = standing(key);
      if (typeof found === "string") return false;
      const record = touchedRecord(found.record, lifetimeMs, clock.now());
      const touched = blobs.setRecord(key, record);
      if (touched) changed(key, record, lifetimeMs);
      return touched;
    },
    increment: (<N extends number | bigint>(key: string, by?: N, options?: IncrementOptions<N>) =>
      increment(key, by ?? 1, options as IncrementOptions<number | bigint>)) as CacheView["increment"],
    keys: (range = {}) => blobs.keys(checkKeyRange(range)),
  };
  return { view, blobs, standing, put };
}
