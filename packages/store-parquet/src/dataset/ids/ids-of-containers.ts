import type { Container } from "./id-set.js";
import { wordsOfIds } from "./id-words.js";

/** The ids of containers, ascending: `size` in all. */
export function idsOfContainers(containers: readonly Container[], size: number): BigInt64Array {
  const ids = new BigInt64Array(size);
  const words = wordsOfIds(ids);
  let at = 0;
  for (const container of containers) {
    const upper = Math.floor(container.high / 65536);
    const base = (container.high - upper * 65536) << 16;
    if (container.kind === "runs") at = addRuns(words, at, upper, base, container.runs);
    else if (container.kind === "list") at = addList(words, at, upper, base, container.lows);
    else at = addBits(words, at, upper, base, container.words);
  }
  return ids;
}

function addRuns(words: Int32Array, start: number, upper: number, base: number, runs: Uint16Array): number {
  let at = start;
  for (let i = 0; i < runs.length; i += 2) {
    const last = runs[i + 1]!;
    for (let low = runs[i]!; low <= last; low++) {
      words[at] = base | low;
      words[at + 1] = upper;
      at += 2;
    }
  }
  return at;
}

function addList(words: Int32Array, start: number, upper: number, base: number, lows: Uint16Array): number {
  let at = start;
  for (let i = 0; i < lows.length; i++) {
    words[at] = base | lows[i]!;
    words[at + 1] = upper;
    at += 2;
  }
  return at;
}

function addBits(words: Int32Array, start: number, upper: number, base: number, bits: Uint32Array): number {
  let at = start;
  for (let i = 0; i < bits.length; i++) {
    const first = base | (i << 5);
    let left = bits[i]! | 0;
    while (left !== 0) {
      const lowest = left & -left;
      words[at] = first | (31 - Math.clz32(lowest));
      words[at + 1] = upper;
      at += 2;
      left ^= lowest;
    }
  }
  return at;
}
