import { uniteIds } from "../ids/combine-id-sets.js";
import { emptyIds, type IdSet } from "../ids/id-set.js";
import type { PartRecord } from "../part-record.js";

const known = new WeakMap<PartRecord, IdSet>();

/** The keys that a part tells something of: that they are known, absent or invalid. */
export function toldKeys(part: PartRecord): IdSet {
  let keys = known.get(part);
  if (keys === undefined) {
    const others = part.epochs.flatMap((epoch) => (epoch.kind !== "rows" && epoch.keys ? [epoch.keys] : []));
    keys = uniteAll([part.keys, ...others]);
    known.set(part, keys);
  }
  return keys;
}

/** Whether a part tells something of all keys there are. */
export function tellsOfAll(part: PartRecord): boolean {
  return part.epochs.some((epoch) => epoch.keys === undefined);
}

/** The ids of any of the sets. */
export function uniteAll(sets: readonly IdSet[]): IdSet {
  if (sets.length <= 1) return sets[0] ?? emptyIds;
  const middle = sets.length >>> 1;
  return uniteIds(uniteAll(sets.slice(0, middle)), uniteAll(sets.slice(middle)));
}
