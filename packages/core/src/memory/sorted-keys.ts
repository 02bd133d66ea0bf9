import type { KeyRange } from "../capabilities/index.js";
import { compareKeys } from "../compare-keys.js";

/** Keys that stand together; moving so many to make a place for one costs next to nothing. */
const chunkKeys = 512;

/** Where a key stands, or would stand: in which chunk, and at which index of it. */
interface Place {
  readonly chunk: number;
  readonly at: number;
}

/**
 * The keys of a map, in order. Kept from the first listing on, and brought up to date when the next one needs it; given
 * up when too much has changed since.
 */
export class SortedKeys {
  readonly #present: () => Iterable<string>;
  /** Ascending, in chunks of which none is empty. */
  #chunks: string[][] | undefined;
  #count = 0;
  readonly #added = new Set<string>();
  readonly #removed = new Set<string>();

  /** @param present - all keys there are */
  constructor(present: () => Iterable<string>) {
    this.#present = present;
  }

  /** A key has come that was not there. */
  add(key: string): void {
    if (this.#chunks === undefined || this.#removed.delete(key)) return;
    this.#added.add(key);
    this.#giveUpWhenMuchChanged();
  }

  /** A key that was there has gone. */
  remove(key: string): void {
    if (this.#chunks === undefined || this.#added.delete(key)) return;
    this.#removed.add(key);
    this.#giveUpWhenMuchChanged();
  }

  /** All keys have gone. */
  clear(): void {
    this.#giveUp();
  }

  /**
   * The keys of a range, in its order, as they are now.
   *
   * @throws RangeError when `limit` is no whole number of 0 or more
   */
  within(range: KeyRange = {}): string[] {
    const { prefix = "", from = "", before, reverse = false, limit = Number.POSITIVE_INFINITY } = range;
    if (!(limit >= 0) || (limit !== Number.POSITIVE_INFINITY && !Number.isInteger(limit))) {
      throw new RangeError(`The limit of a range of keys must be a whole number, 0 or more, and it is ${limit}.`);
    }
    const chunks = this.#upToDate();
    const lowest = compareKeys(prefix, from) > 0 ? prefix : from;
    const start = placeOf(chunks, (key) => compareKeys(key, lowest) >= 0);
    const isBeyond = (key: string) =>
      (before !== undefined && compareKeys(key, before) >= 0) ||
      (!key.startsWith(prefix) && compareKeys(key, prefix) > 0);
    const end = placeOf(chunks, isBeyond);
    return reverse ? descending(chunks, start, end, limit) : ascending(chunks, start, end, limit);
  }

  #upToDate(): readonly (readonly string[])[] {
    if (this.#chunks === undefined) {
      const sorted = [...this.#present()].sort(compareKeys);
      this.#chunks = [];
      this.#count = sorted.length;
      for (let at = 0; at < sorted.length; at += chunkKeys) this.#chunks.push(sorted.slice(at, at + chunkKeys));
    } else {
      for (const key of this.#removed) this.#takeOut(this.#chunks, key);
      for (const key of this.#added) this.#putIn(this.#chunks, key);
    }
    this.#added.clear();
    this.#removed.clear();
    return this.#chunks;
  }

  #takeOut(chunks: string[][], key: string): void {
    const { chunk, at } = placeOf(chunks, (other) => compareKeys(other, key) >= 0);
    chunks[chunk]!.splice(at, 1);
    if (chunks[chunk]!.length === 0) chunks.splice(chunk, 1);
    this.#count--;
  }

  #putIn(chunks: string[][], key: string): void {
    const place = placeOf(chunks, (other) => compareKeys(other, key) >= 0);
    // What comes after everything goes to the end of the last chunk.
    const isLast = place.chunk === chunks.length;
    const chunk = isLast ? Math.max(0, chunks.length - 1) : place.chunk;
    chunks[chunk] ??= [];
    const keys = chunks[chunk];
    keys.splice(isLast ? keys.length : place.at, 0, key);
    if (keys.length > 2 * chunkKeys) chunks.splice(chunk, 1, keys.slice(0, chunkKeys), keys.slice(chunkKeys));
    this.#count++;
  }

  #giveUpWhenMuchChanged(): void {
    if (this.#added.size + this.#removed.size > 1000 + this.#count / 2) this.#giveUp();
  }

  #giveUp(): void {
    this.#chunks = undefined;
    this.#added.clear();
    this.#removed.clear();
  }
}

/** Place of the first key for which `isReached` holds, where it holds for all that follow; behind the last chunk when for none. */
function placeOf(chunks: readonly (readonly string[])[], isReached: (key: string) => boolean): Place {
  const chunk = firstIndex(chunks.length, (index) => isReached(chunks[index]!.at(-1)!));
  const keys = chunks[chunk];
  return { chunk, at: keys === undefined ? 0 : firstIndex(keys.length, (index) => isReached(keys[index]!)) };
}

/** The first index below `length` for which `isReached` holds, where it holds for all that follow; `length` when for none. */
function firstIndex(length: number, isReached: (index: number) => boolean): number {
  let low = 0;
  let high = length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (isReached(middle)) high = middle;
    else low = middle + 1;
  }
  return low;
}

function ascending(chunks: readonly (readonly string[])[], start: Place, end: Place, limit: number): string[] {
  const keys: string[] = [];
  for (let chunk = start.chunk; chunk <= end.chunk && chunk < chunks.length && keys.length < limit; chunk++) {
    const first = chunk === start.chunk ? start.at : 0;
    const last = chunk === end.chunk ? end.at : chunks[chunk]!.length;
    for (let at = first; at < last && keys.length < limit; at++) keys.push(chunks[chunk]![at]!);
  }
  return keys;
}

function descending(chunks: readonly (readonly string[])[], start: Place, end: Place, limit: number): string[] {
  const keys: string[] = [];
  for (let chunk = Math.min(end.chunk, chunks.length - 1); chunk >= start.chunk && keys.length < limit; chunk--) {
    const first = chunk === start.chunk ? start.at : 0;
    const last = chunk === end.chunk ? end.at : chunks[chunk]!.length;
    for (let at = last - 1; at >= first && keys.length < limit; at--) keys.push(chunks[chunk]![at]!);
  }
  return keys;
}
