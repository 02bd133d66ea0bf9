import type { Clock } from "../../src/index.js";

/** A clock that stands still until it is moved; `now` may jump, `monotonic` only runs on. */
export function fakeClock(start = 1_700_000_000_000): Clock & { advance(ms: number): void; jump(ms: number): void } {
  let now = start;
  let monotonic = 0;
  return {
    now: () => now,
    monotonic: () => monotonic,
    advance(ms) {
      now += ms;
      monotonic += ms;
    },
    jump(ms) {
      now += ms;
    },
  };
}
