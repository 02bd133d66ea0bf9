import type { DatasetIds } from "@larder/core";
import { chosenIds } from "./chosen-ids.js";

/** Ids in ascending order, each once: numbers by value, texts by code unit. `ids` itself where they are so already. */
export function sortedIds(ids: DatasetIds): DatasetIds {
  if (isAscending(ids)) return ids;
  if (!(ids instanceof BigInt64Array)) return [...new Set(ids)].sort();
  const sorted = ids.slice().sort();
  let length = 0;
  for (let i = 0; i < sorted.length; i++) {
    if (i === 0 || sorted[i] !== sorted[i - 1]) sorted[length++] = sorted[i]!;
  }
  return sorted.subarray(0, length);
}

/** Those of `ids` that are not among `others`; both ascending, each once. */
export function idsWithout(ids: DatasetIds, others: DatasetIds): DatasetIds {
  if (others.length === 0 || ids.length === 0) return ids;
  return chosen(ids, others, false);
}

/** Those of `ids` that are among `others`; both ascending, each once. */
export function idsAmong(ids: DatasetIds, others: DatasetIds): DatasetIds {
  return chosen(ids, others, true);
}

/** All of some lists, each ascending, as one. */
export function unitedIds(lists: readonly DatasetIds[], kind: DatasetIds): DatasetIds {
  const filled = lists.filter((list) => list.length > 0);
  if (filled.length === 0) return noIds(kind);
  if (filled.length === 1) return filled[0]!;
  if (filled.every((list) => !(list instanceof BigInt64Array))) return sortedIds((filled as string[][]).flat());
  const all = new BigInt64Array(filled.reduce((sum, list) => sum + list.length, 0));
  let at = 0;
  for (const list of filled as BigInt64Array[]) {
    all.set(list, at);
    at += list.length;
  }
  return sortedIds(all);
}

/** Ids from `start` to before `end`. Shares memory. */
export function idsFrom(ids: DatasetIds, start: number, end: number): DatasetIds {
  return ids instanceof BigInt64Array ? ids.subarray(start, end) : ids.slice(start, end);
}

/** No ids, of the kind of `like`. */
export function noIds(like: DatasetIds): DatasetIds {
  return like instanceof BigInt64Array ? new BigInt64Array(0) : [];
}

function isAscending(ids: DatasetIds): boolean {
  for (let i = 1; i < ids.length; i++) if (!(ids[i]! > ids[i - 1]!)) return false;
  return true;
}

function chosen(ids: DatasetIds, others: DatasetIds, wanted: boolean): DatasetIds {
  let other = 0;
  return chosenIds(ids, (place) => {
    const id = ids[place]!;
    while (other < others.length && others[other]! < id) other++;
    return (other < others.length && others[other] === id) === wanted;
  });
}
