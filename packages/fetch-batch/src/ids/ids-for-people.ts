import type { DatasetIds } from "@larder/core";

/** An id as callers and fetchers see it: a number within ±(2⁵³ − 1), a bigint beyond, or a text. */
export type Id = number | bigint | string;

const two32 = 2 ** 32;

/** Ids as callers and fetchers see them, in an array of their own. */
export function idsForPeople(ids: DatasetIds): (number | bigint)[] | string[] {
  if (!(ids instanceof BigInt64Array)) return ids.slice();
  const words = new Int32Array(ids.buffer, ids.byteOffset, ids.length * 2);
  const seen = new Array<number | bigint>(ids.length);
  for (let i = 0; i < ids.length; i++) {
    const id = words[2 * i + 1]! * two32 + (words[2 * i]! >>> 0);
    seen[i] = Number.isSafeInteger(id) ? id : ids[i]!;
  }
  return seen;
}

/** An id of a dataset as callers and fetchers see it. */
export function idForPeople(id: bigint | string): Id {
  if (typeof id === "string") return id;
  const value = Number(id);
  return Number.isSafeInteger(value) ? value : id;
}
