import { type Clock, systemClock } from "@larder/core";

/** A clock that stands where a test sets it, in milliseconds since 1970. */
export const clockAt: { now: number; readonly clock: Clock } = {
  now: 1_000_000,
  clock: { ...systemClock, now: () => clockAt.now, monotonic: () => systemClock.monotonic() },
};
