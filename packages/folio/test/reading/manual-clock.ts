import type { Clock } from "@larder/core";

/** A clock that goes on when it is told. */
export interface ManualClock extends Clock {
  /** Seconds pass on both clocks. */
  advance(seconds: number): void;
  /** Somebody sets the clock of the machine; no time passes. */
  jump(seconds: number): void;
}

export function manualClock(startMs = Date.UTC(2026, 0, 15, 12)): ManualClock {
  let [now, monotonic] = [startMs, 1000];
  return {
    now: () => now,
    monotonic: () => monotonic,
    advance(seconds) {
      now += seconds * 1000;
      monotonic += seconds * 1000;
    },
    jump(seconds) {
      now += seconds * 1000;
    },
  };
}
