import { uniteAllIds } from "../ids/combine-id-sets.js";
import type { IdSet } from "../ids/id-set.js";
import type { PartRecord } from "../part-record.js";

const known = new WeakMap<PartRecord, IdSet>();

/** The keys that a part tells something of: that they are known, absent or invalid. */
export function toldKeys(part: PartRecord): IdSet {
  let keys = known.get(part);
  if (keys === undefined) {
    const others = part.epochs.flatMap((epoch) => (epoch.kind !== "rows" && epoch.keys ? [epoch.keys] : []));
    keys = uniteAllIds([part.keys, ...others]);
    known.set(part, keys);
  }
  return keys;
}

/** Whether a part tells something of all keys there are. */
export function tellsOfAll(part: PartRecord): boolean {
  return part.epochs.some((epoch) => epoch.keys === undefined);
}
