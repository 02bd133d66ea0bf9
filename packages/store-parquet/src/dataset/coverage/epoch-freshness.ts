import type { Freshness } from "@larder/core";
import type { AbsentEpoch, RowsEpoch } from "../part-record.js";

/** Whether what an epoch tells counts, and for which moments that is so. */
export interface EpochFreshness {
  readonly fresh: boolean;
  /** The answer is the same from this moment, */
  readonly from: number;
  /** to before this one: milliseconds since 1970. */
  readonly until: number;
}

/** Judges an epoch at a moment. An epoch of the future, for a clock moved, is not fresh. */
export function epochFreshness(epoch: RowsEpoch | AbsentEpoch, freshness: Freshness, now: number): EpochFreshness {
  const always = { from: Number.NEGATIVE_INFINITY, until: Number.POSITIVE_INFINITY };
  if (epoch.version !== freshness.version) return { fresh: false, ...always };
  const { fetchedAt } = epoch;
  if (!(fetchedAt <= now)) return { fresh: false, ...always, until: fetchedAt };
  const ttlMs = (epoch.kind === "absent" ? (freshness.absentTtlMs ?? freshness.ttlMs) : freshness.ttlMs) ?? Infinity;
  const end = fetchedAt + Math.max(0, ttlMs);
  return now < end ? { fresh: true, from: fetchedAt, until: end } : { fresh: false, ...always, from: end };
}
