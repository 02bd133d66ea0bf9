import { evictionRank } from "../eviction/eviction-policy.js";
import { LazyHeap } from "./lazy-heap.js";
import { forgottenFrom, type MemoryEntry } from "./memory-entry.js";
import type { MemoryCacheSettings } from "./memory-options.js";
import { SortedKeys } from "./sorted-keys.js";
import { TagSets } from "./tag-sets.js";

/** A blob that was forgotten by the backend itself. */
export interface Forgotten {
  readonly key: string;
  readonly reason: "size" | "expired";
  readonly byteLength: number;
}

/**
 * The blobs of a `MemoryCache` and everything they are found by. All changes go through `put` and `remove`, which keep
 * tags, orders and sizes in step, and can be undone.
 */
export class MemoryStore {
  readonly entries = new Map<string, MemoryEntry>();
  readonly keys = new SortedKeys(() => this.entries.keys());
  readonly tags = new TagSets();
  /** What all blobs take up. */
  sizeBytes = 0;
  /** What those of them take up that may not be evicted. */
  pinnedBytes = 0;
  readonly #settings: MemoryCacheSettings;
  readonly #expiry: LazyHeap<MemoryEntry>;
  /** Kept only where there is a limit; else made when it is needed. */
  #order: LazyHeap<MemoryEntry> | undefined;
  #sequence = 0;
  /** See `evictionRank`. */
  #age = 0;
  /** While a transaction runs: what each key it has changed held before. */
  #before: Map<string, MemoryEntry | undefined> | undefined;

  constructor(settings: MemoryCacheSettings) {
    this.#settings = settings;
    this.#expiry = new LazyHeap({
      rankOf: (entry) => (this.#isStored(entry) ? forgottenFrom(entry.record) : undefined),
      sequenceOf: (entry) => entry.storedSequence,
      all: () => this.entries.values(),
      count: () => this.entries.size,
    });
    if (settings.sizeLimitBytes !== undefined && settings.evictionPolicy !== "none") this.#order = this.#newOrder();
  }

  /** Stores an entry in place of the one its key had. It must fit, or be made to. */
  put(entry: MemoryEntry): void {
    const { key, record } = entry;
    this.remove(key);
    entry.storedSequence = entry.usedSequence = ++this.#sequence;
    entry.rank = evictionRank(this.#settings.evictionPolicy, entry, this.#age);
    this.#insert(entry);
    this.tags.add(key, record.tags);
  }

  /** Takes an entry out, if there is one. */
  remove(key: string): MemoryEntry | undefined {
    const entry = this.entries.get(key);
    if (this.#before?.has(key) === false) this.#before.set(key, entry);
    if (entry === undefined) return undefined;
    this.entries.delete(key);
    this.keys.remove(key);
    this.tags.remove(key, entry.record.tags);
    this.sizeBytes -= entry.sizeBytes;
    if (entry.record.pinned === true) this.pinnedBytes -= entry.sizeBytes;
    return entry;
  }

  /** Notes that an entry was read. */
  noteUse(entry: MemoryEntry): void {
    const { evictionPolicy } = this.#settings;
    if (evictionPolicy === "none" || evictionPolicy === "least-recently-stored") return;
    entry.usedSequence = ++this.#sequence;
    entry.hits++;
    entry.rank = evictionRank(evictionPolicy, entry, this.#age);
  }

  clear(): void {
    this.entries.clear();
    this.keys.clear();
    this.tags.clear();
    this.sizeBytes = 0;
    this.pinnedBytes = 0;
  }

  /** Whether `bytes` more in place of what a key has are within the limit. */
  fits(bytes: number, key?: string): boolean {
    const replaced = key === undefined ? 0 : (this.entries.get(key)?.sizeBytes ?? 0);
    return this.sizeBytes - replaced + bytes <= (this.#settings.sizeLimitBytes ?? Number.POSITIVE_INFINITY);
  }

  /** The least that eviction could leave, besides what a key has. */
  leastBytes(besides?: string): number {
    const replaced = besides === undefined ? undefined : this.entries.get(besides);
    if (this.#settings.evictionPolicy === "none") return this.sizeBytes - (replaced?.sizeBytes ?? 0);
    return this.pinnedBytes - (replaced?.record.pinned === true ? replaced.sizeBytes : 0);
  }

  /** Takes out one entry that has expired for good, if there is one. */
  removeExpired(passOver: (key: string) => boolean): Forgotten | undefined {
    const now = this.#settings.clock.now();
    const entry = nextOf(this.#expiry, passOver, (next) => forgottenFrom(next.record)! <= now);
    if (entry === undefined) return undefined;
    this.remove(entry.key);
    return { key: entry.key, reason: "expired", byteLength: entry.record.byteLength };
  }

  /** Takes out the entry that goes first by the policy, if one may. */
  evict(passOver: (key: string) => boolean): Forgotten | undefined {
    if (this.#settings.evictionPolicy === "none") return undefined;
    this.#order ??= this.#newOrder();
    const entry = nextOf(this.#order, passOver);
    if (entry === undefined) return undefined;
    this.#age = Math.max(this.#age, entry.rank);
    this.remove(entry.key);
    return { key: entry.key, reason: "size", byteLength: entry.record.byteLength };
  }

  /** Lets go of an order that is not kept up because there is no limit. */
  endEviction(): void {
    if (this.#settings.sizeLimitBytes === undefined) this.#order = undefined;
  }

  /** Runs `body`, all of whose changes are undone when it throws. Gives it the keys that were changed so far. */
  undoWhenThrown<Result>(body: (changed: ReadonlyMap<string, unknown>) => Result): Result {
    const before = new Map<string, MemoryEntry | undefined>();
    const age = this.#age;
    this.#before = before;
    try {
      return body(before);
    } catch (error) {
      this.#before = undefined;
      for (const [key, entry] of before) {
        this.remove(key);
        if (entry === undefined) continue;
        this.#insert(entry);
        this.tags.add(key, entry.record.tags);
      }
      this.#age = age;
      throw error;
    } finally {
      this.#before = undefined;
    }
  }

  #insert(entry: MemoryEntry): void {
    const { key, record, sizeBytes } = entry;
    this.entries.set(key, entry);
    this.keys.add(key);
    this.sizeBytes += sizeBytes;
    if (record.pinned === true) this.pinnedBytes += sizeBytes;
    else this.#order?.push(entry);
    this.#expiry.push(entry);
  }

  #isStored(entry: MemoryEntry): boolean {
    return this.entries.get(entry.key) === entry;
  }

  #newOrder(): LazyHeap<MemoryEntry> {
    return new LazyHeap({
      rankOf: (entry) => (this.#isStored(entry) && entry.record.pinned !== true ? entry.rank : undefined),
      priorityOf: (entry) => entry.priority,
      sequenceOf: (entry) => entry.storedSequence,
      all: () => this.entries.values(),
      count: () => this.entries.size,
    });
  }
}

/** The first item that is not passed over, which stays in the heap; `undefined` when the first such is not wanted. */
function nextOf(
  heap: LazyHeap<MemoryEntry>,
  passOver: (key: string) => boolean,
  isWanted: (entry: MemoryEntry) => boolean = () => true,
): MemoryEntry | undefined {
  const passed: MemoryEntry[] = [];
  let next = heap.first();
  while (next !== undefined && isWanted(next) && passOver(next.key)) {
    heap.dropFirst();
    passed.push(next);
    next = heap.first();
  }
  for (const entry of passed) heap.push(entry);
  return next !== undefined && isWanted(next) ? next : undefined;
}
