import { wordsPerContainer } from "./bit-words.js";
import type { Container } from "./id-set.js";
import { highAt } from "./id-words.js";
import { clearFromWords, containerOfWords } from "./make-container.js";

/** Bits for the whole span of ids may take so many bytes for each id. */
const bytesPerId = 128;

/**
 * The containers of ids in any order, repeated or not, that are near each other: one bit is set for each. Those in `without`,
 * containers that ascend, are left out.
 *
 * @param words - as {@link wordsOfIds} gives them; at least one id
 * @returns `undefined` when ids are too far from each other
 */
export function scatteredContainers(words: Int32Array, without: readonly Container[]): Container[] | undefined {
  let lowest = highAt(words, 0);
  let highest = lowest;
  for (let at = 2; at < words.length; at += 2) {
    const high = highAt(words, at);
    if (high < lowest) lowest = high;
    else if (high > highest) highest = high;
  }
  const span = highest - lowest + 1;
  if (span * 4 * wordsPerContainer > Math.min(2 ** 30, Math.max(65_536, (words.length / 2) * bytesPerId)))
    return undefined;
  const bits = new Uint32Array(span * wordsPerContainer);
  const firstUpper = Math.floor(lowest / 65536);
  const firstMiddle = lowest - firstUpper * 65536;
  for (let at = 0; at < words.length; at += 2) {
    const lower = words[at]!;
    const container = (words[at + 1]! - firstUpper) * 65536 + (lower >>> 16) - firstMiddle;
    bits[(container << 11) | ((lower >>> 5) & 2047)]! |= 1 << lower;
  }
  return containersOfBits(bits, lowest, without);
}

function containersOfBits(bits: Uint32Array, lowest: number, without: readonly Container[]): Container[] {
  const containers: Container[] = [];
  let known = 0;
  for (let start = 0; start < bits.length; start += wordsPerContainer) {
    const high = lowest + start / wordsPerContainer;
    const own = bits.subarray(start, start + wordsPerContainer);
    while (known < without.length && without[known]!.high < high) known++;
    if (without[known]?.high === high) clearFromWords(without[known]!, own);
    const container = containerOfWords(high, own);
    if (container !== undefined) containers.push(container);
  }
  return containers;
}
