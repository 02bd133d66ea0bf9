import { onesIn, wordsPerContainer } from "./bit-words.js";
import { containerFrom } from "./container-from.js";
import { countBelow, hasLow } from "./container-places.js";
import type { Container, IdSet } from "./id-set.js";
import { compareAt, highAt, seekId, surveyIds, wordsOfIds } from "./id-words.js";
import { addToWords } from "./make-container.js";

/** A container in which so many ids are looked up gets its ranks counted. */
const manyProbes = 64;

/** The places in `set` of some ids, in their order; −1 for each that is not in it. They may repeat. */
export function placesOfIds(set: IdSet, ids: BigInt64Array): Int32Array {
  if (set.loose.length > 0) return placesInLoose(set.loose, ids);
  const words = wordsOfIds(ids);
  const places = new Int32Array(ids.length);
  const { containers } = set;
  const starts = new Float64Array(containers.length + 1);
  for (let i = 0; i < containers.length; i++) starts[i + 1] = starts[i]! + containers[i]!.size;
  const probes = new Uint32Array(containers.length);
  const ranks: (Int32Array | undefined)[] = new Array(containers.length).fill(undefined);
  const slots = slotsOf(containers, Math.max(65_536, 4 * ids.length));
  const lowest = containers[0]?.high ?? 0;
  let last = Number.NaN;
  let slot = -1;
  for (let i = 0; i < places.length; i++) {
    const high = highAt(words, i * 2);
    if (high !== last) {
      last = high;
      if (slots === undefined) {
        slot = containerFrom(containers, high);
        if (containers[slot]?.high !== high) slot = -1;
      } else slot = (slots[high - lowest] ?? 0) - 1;
    }
    if (slot < 0) {
      places[i] = -1;
      continue;
    }
    const low = words[i * 2]! & 0xffff;
    const counted = ranks[slot];
    if (counted !== undefined) {
      const at = (low >>> 5) * 2;
      const word = counted[at]!;
      const bit = 1 << low;
      places[i] = (word & bit) === 0 ? -1 : starts[slot]! + counted[at + 1]! + onesIn(word & (bit - 1));
      continue;
    }
    const container = containers[slot]!;
    places[i] = hasLow(container, low) ? starts[slot]! + countBelow(container, low) : -1;
    if (++probes[slot]! === manyProbes) ranks[slot] = ranksOf(container);
  }
  return places;
}

/** For each 32 ids of a container: their bits, and how many ids come before them. */
function ranksOf(container: Container): Int32Array {
  const bits = new Uint32Array(wordsPerContainer);
  addToWords(container, bits);
  const ranks = new Int32Array(2 * wordsPerContainer);
  let before = 0;
  for (let i = 0; i < wordsPerContainer; i++) {
    ranks[2 * i] = bits[i]!;
    ranks[2 * i + 1] = before;
    before += onesIn(bits[i]!);
  }
  return ranks;
}

/** For each `high` from that of the first container to that of the last: 1 more than its place, or 0. */
function slotsOf(containers: readonly Container[], most: number): Int32Array | undefined {
  if (containers.length === 0) return undefined;
  const lowest = containers[0]!.high;
  const span = containers.at(-1)!.high - lowest + 1;
  if (span > most) return undefined;
  const slots = new Int32Array(span);
  for (let i = 0; i < containers.length; i++) slots[containers[i]!.high - lowest] = i + 1;
  return slots;
}

function placesInLoose(loose: BigInt64Array, ids: BigInt64Array): Int32Array {
  const places = new Int32Array(ids.length);
  const sorted = wordsOfIds(loose);
  const words = wordsOfIds(ids);
  const { ascending } = surveyIds(words);
  // Keys of texts are spread evenly: where one must be is known nearly.
  const lowest = sorted[1]!;
  const perUpper = (loose.length - 1) / Math.max(1, sorted.at(-1)! - lowest);
  let guess = 0;
  for (let i = 0; i < places.length; i++) {
    if (!ascending) guess = Math.min(loose.length, Math.max(0, Math.floor((words[2 * i + 1]! - lowest) * perUpper)));
    const place = seekId(sorted, guess, words, 2 * i);
    guess = place;
    places[i] = place < loose.length && compareAt(sorted, 2 * place, words, 2 * i) === 0 ? place : -1;
  }
  return places;
}
