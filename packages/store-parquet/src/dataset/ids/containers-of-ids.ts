import { wordsPerContainer } from "./bit-words.js";
import { subtractContainers } from "./combine-containers.js";
import type { Container } from "./id-set.js";
import { highAt, wordsOfIds } from "./id-words.js";
import { clearFromWords, containerOfLows, containerOfWords } from "./make-container.js";

/** Up to so many ids of one container are put into a list at first, more into bits. */
const few = 256;

/** The containers of ids that ascend; they may repeat. Those in `without`, containers that ascend, are left out. */
export function containersOfIds(ids: BigInt64Array, without: readonly Container[] = []): Container[] {
  const words = wordsOfIds(ids);
  const containers: Container[] = [];
  const lows = new Uint16Array(Math.min(few, ids.length));
  let bits: Uint32Array | undefined;
  let known = 0;
  let at = 0;
  while (at < words.length) {
    const high = highAt(words, at);
    while (known < without.length && without[known]!.high < high) known++;
    const left = without[known]?.high === high ? without[known] : undefined;
    const start = at;
    const far = start + 2 * few;
    const areMany = far < words.length && highAt(words, far) === high;
    let container: Container | undefined;
    if (areMany) {
      bits = bits?.fill(0) ?? new Uint32Array(wordsPerContainer);
      at = addBits(words, start, bits);
      if (left !== undefined) clearFromWords(left, bits);
      container = containerOfWords(high, bits);
    } else {
      at = endOfContainer(words, start);
      container = containerOfLows(high, lows, fillLows(words, start, at, lows));
      if (left !== undefined) container = subtractContainers(container!, left);
    }
    if (container !== undefined) containers.push(container);
  }
  return containers;
}

/** Where the ids end that share a container with the one at `start`. */
function endOfContainer(words: Int32Array, start: number): number {
  const upper = words[start + 1]!;
  const middle = words[start]! >>> 16;
  let at = start + 2;
  while (at < words.length && words[at]! >>> 16 === middle && words[at + 1] === upper) at += 2;
  return at;
}

/** Sets the bits of the ids that share a container with the one at `start`; returns where they end. */
function addBits(words: Int32Array, start: number, bits: Uint32Array): number {
  const upper = words[start + 1]!;
  const middle = words[start]! >>> 16;
  let at = start;
  for (; at < words.length && words[at + 1] === upper; at += 2) {
    const lower = words[at]!;
    if (lower >>> 16 !== middle) break;
    bits[(lower >>> 5) & 2047]! |= 1 << lower;
  }
  return at;
}

/** Puts the lower 16 bits of ids, each once, into `lows`; returns how many. */
function fillLows(words: Int32Array, start: number, end: number, lows: Uint16Array): number {
  let count = 0;
  for (let at = start; at < end; at += 2) {
    const low = words[at]! & 0xffff;
    if (count === 0 || low !== lows[count - 1]) lows[count++] = low;
  }
  return count;
}
