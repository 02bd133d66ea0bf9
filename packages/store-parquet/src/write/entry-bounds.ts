import type { BoundsOrder } from "../format/bounds-order.js";
import type { EncodedBounds } from "../format/encoded-chunk.js";
import { boundsOf } from "./column-bounds.js";
import { type PresentValues, presentValues } from "./present-values.js";

/**
 * The bounds of rows that are indices into a dictionary: over the entries that they use, no others.
 *
 * @param entries the values of the dictionary
 * @returns takes one number for each entry, 0 where no row uses it
 */
export function entryBounds(
  order: BoundsOrder,
  entries: PresentValues,
  entryCount: number,
): (used: Uint8Array) => EncodedBounds | undefined {
  let ofAll: EncodedBounds | undefined;
  return (used) => {
    const validity = new Uint8Array((entryCount + 7) >>> 3);
    let count = 0;
    for (let entry = 0; entry < entryCount; entry++) {
      if (used[entry] === 0) continue;
      validity[entry >>> 3]! |= 1 << (entry & 7);
      count++;
    }
    if (count === entryCount) {
      ofAll ??= boundsOf(order, entries, entryCount);
      return ofAll;
    }
    const nullCount = entryCount - count;
    return boundsOf(
      order,
      presentValues({ rows: entryCount, nullCount, validity, values: entries }, 0, entryCount, nullCount),
      count,
    );
  };
}
