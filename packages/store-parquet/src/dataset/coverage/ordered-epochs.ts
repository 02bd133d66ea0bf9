import type { Epoch, PartRecord } from "../part-record.js";

/** An epoch and the part that tells it. */
export interface PlacedEpoch {
  readonly epoch: Epoch;
  readonly part: PartRecord;
}

const known = new WeakMap<ReadonlyMap<string, PartRecord>, readonly PlacedEpoch[]>();

/**
 * The epochs of all parts in the order in which they count: by sequence, then by the name of the part, then as the part has
 * them. Kept for as long as the map is.
 */
export function orderedEpochs(parts: ReadonlyMap<string, PartRecord>): readonly PlacedEpoch[] {
  let ordered = known.get(parts);
  if (ordered === undefined) {
    ordered = [...parts.values()]
      .flatMap((part) => part.epochs.map((epoch) => ({ epoch, part })))
      .sort((a, b) => a.epoch.sequence - b.epoch.sequence || byName(a.part, b.part));
    known.set(parts, ordered);
  }
  return ordered;
}

function byName(a: PartRecord, b: PartRecord): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : 0;
}
