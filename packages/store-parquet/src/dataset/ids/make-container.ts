import { bitPlaces, clearBitRange, onesIn, setBitRange, wordsPerContainer } from "./bit-words.js";
import type { Container } from "./id-set.js";

/** A list holds at most so many ids. */
export const longestList = 4096;

/** The canonical container of the bits that are 1; `undefined` when none is. `words` is copied. */
export function containerOfWords(high: number, words: Uint32Array): Container | undefined {
  let size = 0;
  let runs = 0;
  let carry = 0;
  for (let i = 0; i < wordsPerContainer; i++) {
    const word = words[i]!;
    if (word === 0) {
      carry = 0;
      continue;
    }
    size += onesIn(word);
    runs += onesIn(word & ~((word << 1) | carry));
    carry = word >>> 31;
  }
  if (size === 0) return undefined;
  if (runsAreSmaller(runs, size)) return { kind: "runs", high, size, runs: runsOfWords(words, runs) };
  if (size > longestList) return { kind: "bits", high, size, words: words.slice(0, wordsPerContainer) };
  const lows = new Uint16Array(size);
  bitPlaces(words, lows);
  return { kind: "list", high, size, lows };
}

/** The canonical container of the first `size` of `lows`, which are ascending, each once. `lows` is copied. */
export function containerOfLows(high: number, lows: Uint16Array, size: number): Container | undefined {
  if (size === 0) return undefined;
  let runs = 1;
  for (let i = 1; i < size; i++) if (lows[i] !== lows[i - 1]! + 1) runs++;
  if (runsAreSmaller(runs, size)) return { kind: "runs", high, size, runs: runsOfLows(lows, size, runs) };
  if (size <= longestList) return { kind: "list", high, size, lows: lows.slice(0, size) };
  const words = new Uint32Array(wordsPerContainer);
  for (let i = 0; i < size; i++) words[lows[i]! >>> 5]! |= 1 << (lows[i]! & 31);
  return { kind: "bits", high, size, words };
}

/** The canonical container of runs as {@link RunsContainer.runs} has them. `runs` is kept when it is a container of runs. */
export function containerOfRuns(high: number, runs: Uint16Array): Container | undefined {
  let size = 0;
  for (let i = 0; i < runs.length; i += 2) size += runs[i + 1]! - runs[i]! + 1;
  if (size === 0) return undefined;
  if (runsAreSmaller(runs.length / 2, size)) return { kind: "runs", high, size, runs };
  if (size > longestList) {
    const words = new Uint32Array(wordsPerContainer);
    for (let i = 0; i < runs.length; i += 2) setBitRange(words, runs[i]!, runs[i + 1]!);
    return { kind: "bits", high, size, words };
  }
  const lows = new Uint16Array(size);
  let count = 0;
  for (let i = 0; i < runs.length; i += 2) for (let low = runs[i]!; low <= runs[i + 1]!; low++) lows[count++] = low;
  return { kind: "list", high, size, lows };
}

/** Sets the bits of a container's ids in 2048 words. */
export function addToWords(container: Container, words: Uint32Array): void {
  if (container.kind === "bits") {
    const added = container.words;
    for (let i = 0; i < wordsPerContainer; i++) words[i]! |= added[i]!;
  } else if (container.kind === "list") for (const low of container.lows) words[low >>> 5]! |= 1 << (low & 31);
  else {
    const { runs } = container;
    for (let i = 0; i < runs.length; i += 2) setBitRange(words, runs[i]!, runs[i + 1]!);
  }
}

/** Clears the bits of a container's ids in 2048 words. */
export function clearFromWords(container: Container, words: Uint32Array): void {
  if (container.kind === "bits") {
    const known = container.words;
    for (let i = 0; i < wordsPerContainer; i++) words[i]! &= ~known[i]!;
  } else if (container.kind === "list") for (const low of container.lows) words[low >>> 5]! &= ~(1 << (low & 31));
  else {
    const { runs } = container;
    for (let i = 0; i < runs.length; i += 2) clearBitRange(words, runs[i]!, runs[i + 1]!);
  }
}

/** Sizes as CRoaring compares them, so that its optimised bitmaps have the same kinds of containers. */
function runsAreSmaller(runs: number, size: number): boolean {
  return 2 + 4 * runs < (size <= longestList ? 2 + 2 * size : 8192);
}

function runsOfWords(words: Uint32Array, count: number): Uint16Array {
  const runs = new Uint16Array(count * 2);
  let filled = 0;
  let place = nextOne(words, 0);
  while (place < 65536) {
    const end = nextZero(words, place);
    runs[filled++] = place;
    runs[filled++] = end - 1;
    place = nextOne(words, end);
  }
  return runs;
}

function runsOfLows(lows: Uint16Array, size: number, count: number): Uint16Array {
  const runs = new Uint16Array(count * 2);
  let filled = 0;
  for (let i = 0; i < size; i++) {
    if (i === 0 || lows[i] !== lows[i - 1]! + 1) runs[filled++] = lows[i]!;
    if (i + 1 === size || lows[i + 1] !== lows[i]! + 1) runs[filled++] = lows[i]!;
  }
  return runs;
}

/** The first place from `start` on whose bit is 1, or 65536. */
function nextOne(words: Uint32Array, start: number): number {
  if (start >= 65536) return 65536;
  let i = start >>> 5;
  let word = words[i]! & (-1 << (start & 31));
  while (word === 0) {
    if (++i === wordsPerContainer) return 65536;
    word = words[i]!;
  }
  return (i << 5) | (31 - Math.clz32(word & -word));
}

/** The first place from `start` on whose bit is 0, or 65536. */
function nextZero(words: Uint32Array, start: number): number {
  if (start >= 65536) return 65536;
  let i = start >>> 5;
  let word = ~words[i]! & (-1 << (start & 31));
  while (word === 0) {
    if (++i === wordsPerContainer) return 65536;
    word = ~words[i]!;
  }
  return (i << 5) | (31 - Math.clz32(word & -word));
}
