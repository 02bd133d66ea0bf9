import type { IdSet } from "./id-set.js";
import { compareAt, wordsOfIds } from "./id-words.js";
import { placesOfIds } from "./places-of-ids.js";
import { setOfSorted } from "./set-of-sorted.js";

/** Ids of either of two lists of ids, which ascend, each there once. */
export function uniteSorted(a: BigInt64Array, b: BigInt64Array): IdSet {
  const both = new BigInt64Array(a.length + b.length);
  const into = wordsOfIds(both);
  const inA = wordsOfIds(a);
  const inB = wordsOfIds(b);
  let atA = 0;
  let atB = 0;
  let filled = 0;
  while (atA < inA.length && atB < inB.length) {
    const order = compareAt(inA, atA, inB, atB);
    const from = order <= 0 ? inA : inB;
    const at = order <= 0 ? atA : atB;
    into[filled] = from[at]!;
    into[filled + 1] = from[at + 1]!;
    filled += 2;
    if (order <= 0) atA += 2;
    if (order >= 0) atB += 2;
  }
  into.set(inA.subarray(atA), filled);
  filled += inA.length - atA;
  into.set(inB.subarray(atB), filled);
  filled += inB.length - atB;
  return setOfSorted(filled === into.length ? both : both.slice(0, filled / 2));
}

/** Ids of a list, which ascend, each there once, that are in `other`, or with `inIt` false are not. */
export function filterSorted(ids: BigInt64Array, other: IdSet, inIt: boolean): IdSet {
  const places = placesOfIds(other, ids);
  const from = wordsOfIds(ids);
  const kept = new BigInt64Array(ids.length);
  const into = wordsOfIds(kept);
  let filled = 0;
  for (let i = 0; i < places.length; i++) {
    if (places[i]! >= 0 !== inIt) continue;
    into[filled] = from[2 * i]!;
    into[filled + 1] = from[2 * i + 1]!;
    filled += 2;
  }
  return setOfSorted(filled === into.length ? kept : kept.slice(0, filled / 2));
}
