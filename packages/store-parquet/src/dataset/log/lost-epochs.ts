import type { Epoch } from "../part-record.js";

/**
 * What is left of epochs whose rows are lost. Rows that were known are known no more, and neither are older ones of the same
 * keys, which would otherwise come back. What was absent or invalid stays so.
 *
 * @param at - now, in milliseconds since 1970: from then on the invalid epochs are kept for as long as invalidations are
 */
export function epochsWithoutRows(epochs: readonly Epoch[], at: number): Epoch[] {
  return epochs.map((epoch) =>
    epoch.kind === "rows" ? { kind: "invalid", sequence: epoch.sequence, keys: epoch.keys, at } : epoch,
  );
}
