import type { Clock } from "@larder/core";

/**
 * The clock leases are measured by. Its monotonic time begins when the machine was booted and is the same for all
 * processes of this host (on Linux `CLOCK_MONOTONIC`), so that one of them can tell how old the lease of another is
 * whatever happens to the time of day.
 */
export const bootClock: Clock = {
  now: () => Date.now(),
  monotonic: () => Number(process.hrtime.bigint()) / 1e6,
};
