import type { Epoch, PartRecord } from "../part-record.js";

const hour = 3_600_000;

/**
 * The greatest sequence that is settled: no batch that began so long ago is stored any more, for those are refused after a day.
 * An hour is for clocks that differ. What is settled, and meets no older epoch outside a merge, meets none later either.
 *
 * @param now - milliseconds since 1970
 */
export function settledBefore(now: number): number {
  return Math.floor((now - 25 * hour) * 1000);
}

/** Whether a part tells anything that is settled. */
export function isPartlySettled(part: PartRecord, settled: number): boolean {
  return part.epochs.some((epoch) => epoch.sequence <= settled);
}

/** Whether an epoch is settled, by its sequence as well as by its time. */
export function isSettled(epoch: Epoch, settled: number): boolean {
  const time = epoch.kind === "invalid" ? epoch.at : epoch.fetchedAt;
  return epoch.sequence <= settled && time * 1000 <= settled;
}
