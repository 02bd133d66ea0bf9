import { LarderError } from "@larder/core";
import { onesIn, wordsPerContainer } from "./bit-words.js";
import { sameContainers } from "./combine-containers.js";
import type { Container, IdSet } from "./id-set.js";
import { addToWords } from "./make-container.js";
import { idsIn } from "./make-id-set.js";
import { placesOfIds } from "./places-of-ids.js";

/** Filled and read within one call, never across calls. */
const held = new Uint32Array(wordsPerContainer);
const asked = new Uint32Array(wordsPerContainer);

/**
 * The places in `set` of the ids of `wanted`, in ascending order.
 *
 * @throws LarderError `not-covered` when one of them is not in `set`
 */
export function rowsOfIds(set: IdSet, wanted: IdSet): Int32Array {
  if (set === wanted) return Int32Array.from({ length: set.size }, (_, row) => row);
  if (set.loose.length > 0 || wanted.loose.length > 0) {
    const places = placesOfIds(set, wanted.loose.length > 0 ? wanted.loose : idsIn(wanted));
    if (places.includes(-1)) throw notInSet();
    return places;
  }
  const rows = new Int32Array(wanted.size);
  let filled = 0;
  let at = 0;
  let before = 0;
  for (const container of wanted.containers) {
    while (at < set.containers.length && set.containers[at]!.high < container.high)
      before += set.containers[at++]!.size;
    const holder = set.containers[at];
    if (holder?.high !== container.high) throw notInSet();
    filled = addRows(rows, filled, holder, container, before);
  }
  return rows;
}

/** Adds the places of the ids of `wanted` in `holder`, which `before` ids are before; returns how far `rows` is filled. */
function addRows(rows: Int32Array, filled: number, holder: Container, wanted: Container, before: number): number {
  if (sameContainers(holder, wanted)) {
    for (let i = 0; i < holder.size; i++) rows[filled + i] = before + i;
    return filled + holder.size;
  }
  held.fill(0);
  asked.fill(0);
  addToWords(holder, held);
  addToWords(wanted, asked);
  let rank = before;
  let at = filled;
  for (let i = 0; i < wordsPerContainer; i++) {
    const bits = held[i]! | 0;
    if (bits === 0 && asked[i] === 0) continue;
    let left = asked[i]! | 0;
    if ((left & ~bits) !== 0) throw notInSet();
    while (left !== 0) {
      const lowest = left & -left;
      rows[at++] = rank + onesIn(bits & (lowest - 1));
      left ^= lowest;
    }
    rank += onesIn(bits);
  }
  return at;
}

function notInSet(): LarderError {
  return new LarderError("Places were asked for of ids that are not in the set. Ask only for ids it has.", {
    code: "not-covered",
  });
}
