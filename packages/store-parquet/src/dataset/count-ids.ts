import type { PlacedEpoch } from "./coverage/ordered-epochs.js";
import { subtractIds, uniteIds } from "./ids/combine-id-sets.js";
import { emptyIds } from "./ids/id-set.js";

/** How many ids are known to exist and known not to, however long ago that was found out, with whatever version. */
export function countIds(epochs: readonly PlacedEpoch[]): { readonly rows: number; readonly absent: number } {
  let rows = emptyIds;
  let absent = emptyIds;
  for (const { epoch } of epochs) {
    const { kind, keys } = epoch;
    rows = keys === undefined ? emptyIds : kind === "rows" ? uniteIds(rows, keys) : subtractIds(rows, keys);
    absent = keys === undefined ? emptyIds : kind === "absent" ? uniteIds(absent, keys) : subtractIds(absent, keys);
  }
  return { rows: rows.size, absent: absent.size };
}
