import { CacheFullError } from "../eviction/cache-full-error.js";
import type { MemoryCacheSettings } from "./memory-options.js";
import type { Forgotten, MemoryStore } from "./memory-store.js";

/** A sweep comes after as many blobs as the last one left, and after so many at least: it costs each of them little. */
const sweepAfter = 1000;

/** Makes room in a store, and forgets what has expired for good. Tells of what has gone by `gone`. */
export class MemoryRoom {
  /** What has gone and was not told of yet. */
  gone: Forgotten[] = [];
  readonly #store: MemoryStore;
  readonly #settings: MemoryCacheSettings;
  #storedSinceSweep = 0;
  #leftBySweep = 0;

  constructor(store: MemoryStore, settings: MemoryCacheSettings) {
    this.#store = store;
    this.#settings = settings;
  }

  /**
   * Makes room for `sizeBytes` in place of what `key` has: what has expired goes first, then what the policy says, and no
   * more than needed.
   *
   * @returns `false` when `cullLimit` entries have gone and it is not enough yet
   * @throws CacheFullError when there can't be room; then nothing was evicted
   */
  makeFor(key: string, sizeBytes: number): boolean {
    const store = this.#store;
    if (store.fits(sizeBytes, key)) return true;
    this.#checkPossible(sizeBytes, 0);
    const isSame = (other: string) => other === key;
    let atMost = this.#settings.cullLimit;
    while (!store.fits(sizeBytes, key) && atMost > 0 && this.#noteGone(store.removeExpired(isSame))) atMost--;
    if (store.fits(sizeBytes, key)) return true;
    if (atMost > 0) this.#checkPossible(sizeBytes, store.leastBytes(key));
    while (!store.fits(sizeBytes, key) && atMost > 0 && this.#noteGone(store.evict(isSame))) atMost--;
    return store.fits(sizeBytes, key);
  }

  /**
   * Brings the store under its limit without touching some keys.
   *
   * @throws CacheFullError when that is impossible; what has gone by then must be undone
   */
  makeBesides(keys: ReadonlyMap<string, unknown>): void {
    const store = this.#store;
    const own = (key: string) => keys.has(key);
    while (!store.fits(0) && this.#noteGone(store.removeExpired(own)));
    while (!store.fits(0) && this.#noteGone(store.evict(own)));
    if (!store.fits(0)) throw this.#full(0, store.sizeBytes);
  }

  /** Forgets what has expired for good, and evicts until `targetBytes` or less are left; returns how many have gone. */
  cull(targetBytes: number, atMost: number): number {
    const none = () => false;
    let count = 0;
    while (count < atMost && this.#noteGone(this.#store.removeExpired(none))) count++;
    while (count < atMost && this.#store.sizeBytes > targetBytes && this.#noteGone(this.#store.evict(none))) count++;
    return count;
  }

  /** To be called for each blob stored: once in a while what has expired is forgotten, so that it does not pile up. */
  sweepSometimes(): void {
    if (++this.#storedSinceSweep <= Math.max(sweepAfter, this.#leftBySweep)) return;
    // As long as there is more than goes at a time, the next one stored goes on with it.
    if (this.cull(Number.POSITIVE_INFINITY, this.#settings.cullLimit) === this.#settings.cullLimit) return;
    this.#storedSinceSweep = 0;
    this.#leftBySweep = this.#store.entries.size;
  }

  #noteGone(forgotten: Forgotten | undefined): boolean {
    if (forgotten !== undefined) this.gone.push(forgotten);
    return forgotten !== undefined;
  }

  #checkPossible(neededBytes: number, leastBytes: number): void {
    const { sizeLimitBytes = Number.POSITIVE_INFINITY } = this.#settings;
    if (leastBytes + neededBytes > sizeLimitBytes) throw this.#full(neededBytes, this.#store.sizeBytes);
  }

  #full(neededBytes: number, sizeBytes: number): CacheFullError {
    const { sizeLimitBytes = Number.POSITIVE_INFINITY } = this.#settings;
    return new CacheFullError({ neededBytes, sizeBytes, limitBytes: sizeLimitBytes, where: "MemoryCache" });
  }
}
