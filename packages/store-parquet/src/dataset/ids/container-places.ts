import { onesIn, wordsPerContainer } from "./bit-words.js";
import type { Container } from "./id-set.js";
import { containerOfLows, containerOfRuns, containerOfWords } from "./make-container.js";

/** Whether a container has an id with these lower 16 bits. */
export function hasLow(container: Container, low: number): boolean {
  if (container.kind === "bits") return ((container.words[low >>> 5]! >>> (low & 31)) & 1) === 1;
  if (container.kind === "list") return container.lows[firstFrom(container.lows, low)] === low;
  const run = firstRunFrom(container.runs, low);
  return run < container.runs.length && container.runs[run]! <= low;
}

/** How many ids of a container are below `low`, which may be 65536. */
export function countBelow(container: Container, low: number): number {
  if (container.kind === "list") return firstFrom(container.lows, low);
  let count = 0;
  if (container.kind === "bits") {
    const whole = low >>> 5;
    for (let i = 0; i < whole; i++) count += onesIn(container.words[i]!);
    if ((low & 31) !== 0) count += onesIn(container.words[whole]! & ~(-1 << (low & 31)));
    return count;
  }
  const { runs } = container;
  for (let i = 0; i < runs.length && runs[i]! < low; i += 2) count += Math.min(runs[i + 1]! + 1, low) - runs[i]!;
  return count;
}

/** The lower 16 bits of the id at place `rank`, from 0 to `size - 1`. */
export function lowAt(container: Container, rank: number): number {
  if (container.kind === "list") return container.lows[rank]!;
  let left = rank;
  if (container.kind === "runs") {
    const { runs } = container;
    for (let i = 0; i < runs.length; i += 2) {
      const length = runs[i + 1]! - runs[i]! + 1;
      if (left < length) return runs[i]! + left;
      left -= length;
    }
    return -1;
  }
  for (let i = 0; i < wordsPerContainer; i++) {
    let word = container.words[i]!;
    const count = onesIn(word);
    if (left >= count) {
      left -= count;
      continue;
    }
    for (; left > 0; left--) word &= word - 1;
    return (i << 5) | (31 - Math.clz32(word & -word));
  }
  return -1;
}

/** The ids of a container from `first` to `last`, both included; the container itself when that is all. */
export function containerBetween(container: Container, first: number, last: number): Container | undefined {
  if (first <= 0 && last >= 65535) return container;
  if (container.kind === "list") {
    const from = firstFrom(container.lows, first);
    const to = firstFrom(container.lows, last + 1);
    if (to - from === container.size) return container;
    return containerOfLows(container.high, container.lows.subarray(from, to), to - from);
  }
  const kept = container.kind === "bits" ? bitsBetween(container.words, first, last) : undefined;
  if (kept !== undefined) return sameOr(container, containerOfWords(container.high, kept));
  return sameOr(
    container,
    containerOfRuns(container.high, runsBetween(container.kind === "runs" ? container.runs : [], first, last)),
  );
}

function sameOr(whole: Container, part: Container | undefined): Container | undefined {
  return part?.size === whole.size ? whole : part;
}

function bitsBetween(words: Uint32Array, first: number, last: number): Uint32Array {
  const kept = new Uint32Array(wordsPerContainer);
  const from = first >>> 5;
  const to = last >>> 5;
  kept.set(words.subarray(from, to + 1), from);
  kept[from]! &= -1 << (first & 31);
  kept[to]! &= -1 >>> (31 - (last & 31));
  return kept;
}

function runsBetween(runs: ArrayLike<number>, first: number, last: number): Uint16Array {
  const kept: number[] = [];
  for (let i = 0; i < runs.length; i += 2) {
    const from = Math.max(runs[i]!, first);
    const to = Math.min(runs[i + 1]!, last);
    if (from <= to) kept.push(from, to);
  }
  return Uint16Array.from(kept);
}

/** The first place of `lows` with a value of at least `low`. */
export function firstFrom(lows: Uint16Array, low: number): number {
  let from = 0;
  let to = lows.length;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (lows[middle]! < low) from = middle + 1;
    else to = middle;
  }
  return from;
}

/** Where the first run begins that ends at `low` or later. */
export function firstRunFrom(runs: Uint16Array, low: number): number {
  let from = 0;
  let to = runs.length >>> 1;
  while (from < to) {
    const middle = (from + to) >>> 1;
    if (runs[middle * 2 + 1]! < low) from = middle + 1;
    else to = middle;
  }
  return from * 2;
}
