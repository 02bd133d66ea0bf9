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
  type ValueCodec,
} from "@larder/core";
import { Alias, aliasCodec } from "./alias-codec.js";
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
  /** Lets K stand for the result under another key. */
  alias(key: string, target: string): Promise<void>;
  /** Lets C lead to the result under K. */
  aliasSame(same: string, target: string): Promise<void>;
  signature(nodeName: string): Promise<NodeSignature | undefined>;
  details(key: string): Promise<SignatureDetails | undefined>;
  keepSignature(signature: NodeSignature, key: string, details: SignatureDetails): Promise<void>;
  /** Calls back for each warning of the cache until the returned function is called. */
  onWarning(listener: (warning: CacheWarning) => void): () => void;
}

/** What became of a result that was to be stored. */
export type Stored =
  | { readonly stored: true; readonly record: BlobRecord }
  | { readonly stored: false; readonly reason: string };

const structured = "larder.structured.1";

/** Keeps results under `node:<K>`, `same:<C>` and `why:<K>` of a cache on `backend`. */
export function createResultStore(options: {
  readonly backend: CacheBackend;
  readonly codecs?: readonly ValueCodec[] | undefined;
  readonly clock: Clock;
}): ResultStore {
  const { backend, clock } = options;
  const listeners = new Set<(warning: CacheWarning) => void>();
  const missReasons = new Map<string, AbsentReason>();
  const cache = new Cache({
    backend,
    codecs: [aliasCodec, ...(options.codecs ?? [])],
    clock,
    onEvent: (event: CacheEvent) => {
      if (event.type === "miss") {
        if (/^(?:node|same):/.test(event.key)) missReasons.set(event.key, event.reason);
      } else if (event.type === "warning") for (const listener of listeners) listener(event);
    },
  });

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
    const age = clock.now() - record.createdAt;
    // A negative age means that a clock has jumped: nothing can be said of it then.
    const expired = ttlSeconds !== undefined && !(age >= 0 && age < ttlSeconds * 1000);
    return closing(entry, expired ? ("expired" as const) : { key, record });
  }

  async function setAlias(cacheKey: string, target: string): Promise<void> {
    await cache.set(cacheKey, new Alias(target), { codec: aliasCodec.name });
  }

  return {
    cache,
    find: (key, ttlSeconds) => lookUp(`node:${key}`, ttlSeconds),
    findSame: (same, ttlSeconds) => lookUp(`same:${same}`, ttlSeconds),
    async open(key) {
      const entry = await cache.entry(`node:${key}`);
      if (entry === undefined) missReasons.delete(`node:${key}`);
      return entry;
    },
    async store(key, value, setOptions) {
      const outcome = await cache.set(`node:${key}`, value, setOptions);
      return outcome.stored ? { stored: true, record: outcome.record } : { stored: false, reason: outcome.message };
    },
    alias: (key, target) => setAlias(`node:${key}`, target),
    aliasSame: (same, target) => setAlias(`same:${same}`, target),
    signature: (nodeName) => backend.getMeta(nodeName),
    async details(key) {
      return cache.get<SignatureDetails>(`why:${key}`);
    },
    async keepSignature(signature, key, details) {
      await cache.set(`why:${key}`, details, { codec: structured });
      await backend.setMeta(signature);
    },
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

async function closing<T>(entry: CacheEntry, result: T): Promise<T> {
  await entry.close();
  return result;
}
