import { type Clock, isOfThisBoot, type LeaseState, type OwnerState } from "@larder/core";
import type { LeaseRow, Moment } from "./lease-row.js";

/** How long a lease lasts whose owner can't be told alive or dead, when it names no time of its own. */
const unknownOwnerMs = 60_000;

/** This moment by both clocks. */
export function momentOf(clock: Clock): Moment {
  return { now: clock.now(), monotonic: clock.monotonic() };
}

/**
 * Milliseconds since a row was written, 0 or more. For owners of this boot it goes by the time since then, which no change
 * of the time of day moves. For others it goes by the time of day; a moment that lies ahead counts as that far back, so that
 * a clock put back prolongs nothing for long.
 */
export function ageMs({ owner, since }: LeaseRow, now: Moment): number {
  const age = now.monotonic - since.monotonic;
  return isOfThisBoot(owner) && age >= 0 ? age : Math.abs(now.now - since.now);
}

/** Whether a lease is held. @param stateOf - tells whether its owner lives */
export function conditionOf(
  row: LeaseRow,
  now: Moment,
  stateOf: (owner: string) => OwnerState,
): LeaseState["condition"] {
  if (row.released) return "released";
  const state = stateOf(row.owner);
  if (state === "dead") return "lost";
  const limitMs = row.expiresAfterMs ?? (state === "unknown" ? unknownOwnerMs : Number.POSITIVE_INFINITY);
  return ageMs(row, now) < limitMs ? "held" : "lost";
}

/** A lease as others are told of it. */
export function leaseState(row: LeaseRow, condition: LeaseState["condition"]): LeaseState {
  const { token, owner, outcome } = row;
  return { token, owner, condition, ...(outcome === undefined ? {} : { outcome }) };
}
