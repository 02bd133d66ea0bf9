import type { KeyRange } from "@larder/core";
import { keyBytes } from "../entry-key.js";
import { keyBounds } from "../key-range.js";

/**
 * The keys in a range, in order, when some have been changed and the index does not know it yet.
 *
 * @param stored - those in the index, in the order and bounds of the range
 * @param changed - by key whether there is a blob now; these count, not the index
 */
export function* mergeKeys(
  stored: Iterable<string>,
  changed: ReadonlyMap<string, boolean>,
  range: KeyRange,
): Generator<string> {
  const { contains, reverse, limit } = keyBounds(range);
  const compare = (one: Uint8Array, other: Uint8Array) =>
    reverse ? Buffer.compare(other, one) : Buffer.compare(one, other);
  const added = [...changed]
    .filter(([, present]) => present)
    .map(([key]) => ({ key, bytes: keyBytes(key) }))
    .filter(({ bytes }) => contains(bytes))
    .sort((one, other) => compare(one.bytes, other.bytes));
  function* all(): Generator<string> {
    for (const key of stored) {
      if (changed.has(key)) continue;
      const bytes = keyBytes(key);
      while (added.length > 0 && compare(added[0]!.bytes, bytes) < 0) yield added.shift()!.key;
      yield key;
    }
    for (const { key } of added) yield key;
  }
  let left = limit;
  if (left === 0) return;
  for (const key of all()) {
    yield key;
    if (--left === 0) return;
  }
}
