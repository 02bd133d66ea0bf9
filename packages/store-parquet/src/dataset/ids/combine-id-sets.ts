import {
  holdsContainer,
  intersectContainers,
  sameContainers,
  subtractContainers,
  uniteContainers,
} from "./combine-containers.js";
import { filterSorted, uniteSorted } from "./combine-loose.js";
import { type Container, emptyIds, type IdSet, setOfContainers } from "./id-set.js";
import { idsOfContainers } from "./ids-of-containers.js";
import { placesOfIds } from "./places-of-ids.js";

/** Ids of `a`, of `b`, or of both. Containers that don't change are shared with the operands, here as in all that combines. */
export function uniteIds(a: IdSet, b: IdSet): IdSet {
  if (b.size === 0 || a === b) return a;
  if (a.size === 0) return b;
  if (isMostlyLoose(a, b)) return sharedSet(uniteSorted(sortedIds(a), sortedIds(b)), a, b);
  const inA = a.containers;
  const inB = b.containers;
  const containers: Container[] = [];
  let atA = 0;
  let atB = 0;
  while (atA < inA.length && atB < inB.length) {
    const ofA = inA[atA]!;
    const ofB = inB[atB]!;
    if (ofA.high < ofB.high) containers.push(ofA);
    else if (ofB.high < ofA.high) containers.push(ofB);
    else containers.push(uniteContainers(ofA, ofB));
    if (ofA.high <= ofB.high) atA++;
    if (ofB.high <= ofA.high) atB++;
  }
  while (atA < inA.length) containers.push(inA[atA++]!);
  while (atB < inB.length) containers.push(inB[atB++]!);
  return sharedSet(setOfContainers(containers), a, b);
}

/** Ids of any of the sets; of none of them, no ids. */
export function uniteAllIds(sets: readonly IdSet[]): IdSet {
  if (sets.length < 2) return sets[0] ?? emptyIds;
  const middle = sets.length >>> 1;
  return uniteIds(uniteAllIds(sets.slice(0, middle)), uniteAllIds(sets.slice(middle)));
}

/** Ids of both `a` and `b`. */
export function intersectIds(a: IdSet, b: IdSet): IdSet {
  if (a === b) return a;
  if (a.loose.length > 0) return b.loose.length > a.loose.length ? intersectIds(b, a) : looseFilter(a, b, true);
  if (b.loose.length > 0) return intersectIds(b, a);
  const inA = a.containers;
  const inB = b.containers;
  const containers: Container[] = [];
  let atA = 0;
  let atB = 0;
  while (atA < inA.length && atB < inB.length) {
    const ofA = inA[atA]!;
    const ofB = inB[atB]!;
    if (ofA.high === ofB.high) {
      const both = intersectContainers(ofA, ofB);
      if (both !== undefined) containers.push(both);
    }
    if (ofA.high <= ofB.high) atA++;
    if (ofB.high <= ofA.high) atB++;
  }
  return sharedSet(setOfContainers(containers), a, b);
}

/** Ids of `a` that are not in `b`. */
export function subtractIds(a: IdSet, b: IdSet): IdSet {
  if (a.size === 0 || b.size === 0) return a;
  if (a === b) return emptyIds;
  if (a.loose.length > 0) return looseFilter(a, b, false);
  // Of loose ids only those are made containers that take something away.
  const inB = b.loose.length > 0 ? looseFilter(b, a, true).containers : b.containers;
  const containers: Container[] = [];
  let atB = 0;
  for (const ofA of a.containers) {
    while (atB < inB.length && inB[atB]!.high < ofA.high) atB++;
    const ofB = inB[atB];
    const rest = ofB?.high === ofA.high ? subtractContainers(ofA, ofB) : ofA;
    if (rest !== undefined) containers.push(rest);
  }
  return sharedSet(setOfContainers(containers), a, a);
}

/** Whether two sets have the same ids. */
export function sameIds(a: IdSet, b: IdSet): boolean {
  if (a === b) return true;
  if (a.size !== b.size || a.loose.length !== b.loose.length) return false;
  for (let i = 0; i < a.loose.length; i++) if (a.loose[i] !== b.loose[i]) return false;
  if (a.loose.length > 0) return true;
  if (a.containers.length !== b.containers.length) return false;
  for (let i = 0; i < a.containers.length; i++) {
    const ofA = a.containers[i]!;
    const ofB = b.containers[i]!;
    if (ofA.high !== ofB.high || !sameContainers(ofA, ofB)) return false;
  }
  return true;
}

/** Whether every id of `subset` is in `set`. */
export function hasAllIds(set: IdSet, subset: IdSet): boolean {
  if (set === subset || subset.size === 0) return true;
  if (set.size < subset.size) return false;
  if (set.loose.length > 0 || subset.loose.length > 0) return !placesOfIds(set, sortedIds(subset)).includes(-1);
  let at = 0;
  for (const wanted of subset.containers) {
    while (at < set.containers.length && set.containers[at]!.high < wanted.high) at++;
    const container = set.containers[at];
    if (container?.high !== wanted.high || !holdsContainer(container, wanted)) return false;
  }
  return true;
}

/** Whether two sets are best combined id by id: both loose, or one of them and larger than the other. */
function isMostlyLoose(a: IdSet, b: IdSet): boolean {
  return a.loose.length + b.loose.length > (a.size + b.size) / 2;
}

function sortedIds(set: IdSet): BigInt64Array {
  return set.loose.length > 0 ? set.loose : idsOfContainers(set.containers, set.size);
}

function looseFilter(set: IdSet, other: IdSet, inIt: boolean): IdSet {
  return sharedSet(filterSorted(set.loose, other, inIt), set, set);
}

function sharedSet(result: IdSet, a: IdSet, b: IdSet): IdSet {
  if (result.size === a.size) return a;
  return result.size === b.size ? b : result;
}
