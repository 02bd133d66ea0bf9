import {
  type BlobRecord,
  Cache,
  type CacheBackend,
  type CacheEntry,
  type CacheEvent,
  type CacheWarning,
  type Clock,
  LarderError,
  type NodeSignature,
  type SetOptions,
  structuredCodec,
  type ValueCodec,
} from "@larder/core";
import { Alias, aliasCodec } from "./alias-codec.js";
import { type ComputeOnce, createComputeOnce } from "./leases/compute-once.js";
import { ItemList, itemListCodec } from "./map/item-list.js";
import type { SignatureDetails } from "./signature-details.js";

/** A stored result that was found, without its bytes. */
export interface FoundResult {
  /** The key the bytes lie under; another than the one asked for, when that is an alias. */
  readonly key: string;
  readonly record: BlobRecord;
}

/** Why a result was not found. */
export type AbsentReason = "absent" | "expired" | "damaged" | "unreadable";

/** How a runner keeps results: what it asks of the cache and the backend, and nothing else. */
export interface ResultStore {
  readonly cache: Cache;
  /** The fresh result under K. Moves no bytes of it. */
  find(key: string, ttlSeconds: number | undefined): Promise<FoundResult | AbsentReason>;
  /** The fresh result that was made from parents of the same values. */
  findSame(same: string, ttlSeconds: number | undefined): Promise<FoundResult | AbsentReason>;
  /** The entry of a found result, to be read. `undefined` when it has vanished. */
  open(key: string): Promise<CacheEntry | undefined>;
  store(key: string, value: unknown, options: SetOptions): Promise<Stored>;
  /**
   * The fresh result of an item of a map; `undefined` when there is none. Read too, if it has at most `readsUpTo` bytes;
   * what can't be read is `undefined`.
   */
  findItem(key: string, ttlSeconds: number | undefined, readsUpTo: number): Promise<FoundItem | undefined>;
  storeItem(key: string, value: unknown, options: SetOptions): Promise<Stored>;
  /** The list of items under K, if what lies there is one. */
  itemList(
    key: string,
    ttlSeconds: number | undefined,
  ): Promise<{ readonly record: BlobRecord; readonly list: ItemList } | undefined>;
  /** Lets K stand for the result under another key. */
  alias(key: string, target: string): Promise<void>;
  /** Lets C lead to the result under K. */
  aliasSame(same: string, target: string): Promise<void>;
  signature(nodeName: string): Promise<NodeSignature | undefined>;
  details(key: string): Promise<SignatureDetails | undefined>;
  keepSignature(signature: NodeSignature, key: string, details: SignatureDetails): Promise<void>;
  /** One computation of a result over all who share the backend, for one run; `undefined` where it has no leases. */
  computeOnce(signal: AbortSignal): ComputeOnce | undefined;
  /** Calls back for each warning of the cache until the returned function is called. */
  onWarning(listener: (warning: CacheWarning) => void): () => void;
}

/** The result of an item, with its value if that was to be read. */
export interface FoundItem {
  readonly record: BlobRecord;
  readonly read: { readonly value: unknown } | undefined;
}

/** What became of a result that was to be stored. */
export type Stored =
  | { readonly stored: true; readonly record: BlobRecord }
  | { readonly stored: false; readonly reason: string };

/** Keeps results under `node:<K>`, `same:<C>` and `why:<K>` of a cache on `backend`. */
export function createResultStore(options: {
  readonly backend: CacheBackend;
  readonly codecs?: readonly ValueCodec[] | undefined;
  readonly clock: Clock;
}): ResultStore {
  const { backend, clock } = options;
  const listeners = new Set<(warning: CacheWarning) => void>();
  const missReasons = new Map<string, AbsentReason>();
  const onEvent = (event: CacheEvent) => {
    if (event.type === "miss") {
      if (/^(?:node|same):/.test(event.key)) missReasons.set(event.key, event.reason);
    } else if (event.type === "warning") {
      // Of items there may be many: who stores them counts them.
      if (event.code === "uncacheable-value" && event.key?.startsWith("item:") === true) return;
      for (const listener of listeners) listener(event);
    }
  };
  const cache = new Cache({ backend, codecs: [aliasCodec, itemListCodec, ...(options.codecs ?? [])], clock, onEvent });

  function reasonOf(cacheKey: string): AbsentReason {
    const reason = missReasons.get(cacheKey) ?? "absent";
    missReasons.delete(cacheKey);
    return reason;
  }

  async function lookUp(cacheKey: string, ttlSeconds: number | undefined): Promise<FoundResult | AbsentReason> {
    const first = await cache.entry(cacheKey);
    if (first === undefined) return reasonOf(cacheKey);
    if (first.record.codec !== aliasCodec.name) return judge(cacheKey.slice("node:".length), first, ttlSeconds);
    const target = await readAlias(first);
    if (target === undefined) return "damaged";
    const entry = await cache.entry(`node:${target}`);
    if (entry === undefined) return reasonOf(`node:${target}`);
    // An alias never names an alias; one that does was not written by us.
    if (entry.record.codec === aliasCodec.name) return closing(entry, "damaged" as const);
    return judge(target, entry, ttlSeconds);
  }

  async function judge(
    key: string,
    entry: CacheEntry,
    ttlSeconds: number | undefined,
  ): Promise<FoundResult | AbsentReason> {
    const { record } = entry;
    return closing(entry, isExpired(record, ttlSeconds) ? ("expired" as const) : { key, record });
  }

  function isExpired(record: BlobRecord, ttlSeconds: number | undefined): boolean {
    if (ttlSeconds === undefined) return false;
    // A list is as old as the oldest result in it.
    const oldest = record.codec === itemListCodec.name ? record.details?.oldest : undefined;
    const age = clock.now() - (typeof oldest === "number" ? oldest : record.createdAt);
    // A negative age means that a clock has jumped: nothing can be said of it then.
    return !(age >= 0 && age < ttlSeconds * 1000);
  }

  async function put(cacheKey: string, value: unknown, setOptions: SetOptions): Promise<Stored> {
    const outcome = await cache.set(cacheKey, value, setOptions);
    return outcome.stored ? { stored: true, record: outcome.record } : { stored: false, reason: outcome.message };
  }

  async function open(key: string): Promise<CacheEntry | undefined> {
    const entry = await cache.entry(`node:${key}`);
    if (entry === undefined) missReasons.delete(`node:${key}`);
    return entry;
  }

  async function setAlias(cacheKey: string, target: string): Promise<void> {
    await cache.set(cacheKey, new Alias(target), { codec: aliasCodec.name });
  }

  return {
    cache,
    find: (key, ttlSeconds) => lookUp(`node:${key}`, ttlSeconds),
    findSame: (same, ttlSeconds) => lookUp(`same:${same}`, ttlSeconds),
    open,
    store: (key, value, setOptions) => put(`node:${key}`, value, setOptions),
    storeItem: (key, value, setOptions) => put(`item:${key}`, value, setOptions),
    async findItem(key, ttlSeconds, readsUpTo) {
      const entry = await cache.entry(`item:${key}`);
      if (entry === undefined) return undefined;
      const { record } = entry;
      if (isExpired(record, ttlSeconds)) return closing(entry, undefined);
      if (record.byteLength > readsUpTo) return closing(entry, { record, read: undefined });
      const read = await readEntry(entry);
      return read === undefined ? undefined : { record, read };
    },
    async itemList(key, ttlSeconds) {
      const found = await lookUp(`node:${key}`, ttlSeconds);
      if (typeof found !== "object" || found.record.codec !== itemListCodec.name) return undefined;
      const entry = await open(found.key);
      const read = entry === undefined ? undefined : await readEntry(entry);
      return read?.value instanceof ItemList ? { record: entry!.record, list: read.value } : undefined;
    },
    alias: (key, target) => setAlias(`node:${key}`, target),
    aliasSame: (same, target) => setAlias(`same:${same}`, target),
    signature: (nodeName) => backend.getMeta(nodeName),
    async details(key) {
      return cache.get<SignatureDetails>(`why:${key}`);
    },
    async keepSignature(signature, key, details) {
      await cache.set(`why:${key}`, details, { codec: structuredCodec.name });
      await backend.setMeta(signature);
    },
    computeOnce: (signal) => createComputeOnce({ backend, signal, onEvent }),
    onWarning(listener) {
      listeners.add(listener);
      return () => listeners.delete(listener);
    },
  };
}

async function readAlias(entry: CacheEntry): Promise<string | undefined> {
  try {
    const alias = await entry.value<Alias>();
    return /^[0-9a-f]{64}$/.test(alias.key) ? alias.key : undefined;
  } catch (error) {
    if (LarderError.isInstance(error)) return undefined;
    throw error;
  } finally {
    await entry.close();
  }
}

/** The value of an entry; `undefined` when its bytes are damaged or gone. Closes it. */
async function readEntry(entry: CacheEntry): Promise<{ readonly value: unknown } | undefined> {
  try {
    return { value: await entry.value() };
  } catch (error) {
    if (LarderError.isInstance(error)) return undefined;
    throw error;
  } finally {
    await entry.close();
  }
}

async function closing<T>(entry: CacheEntry, result: T): Promise<T> {
  await entry.close();
  return result;
}
