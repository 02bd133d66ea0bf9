import type { Pace } from "../../src/index.js";

/** Waiting that takes no time: pauses are noted, and end at once, or when they are told to. */
export interface TestPace extends Pace {
  /** Milliseconds that were to be waited, in order. */
  readonly pauses: number[];
}

/**
 * A pace for tests. Pauses of `held` milliseconds go on until they are aborted; all others end at once.
 */
export function testPace(held?: number): TestPace {
  const pauses: number[] = [];
  return {
    pauses,
    random: () => 0.5,
    sleep: (milliseconds, signal) => {
      if (milliseconds !== held) {
        pauses.push(milliseconds);
        return Promise.resolve();
      }
      return new Promise((_, reject) => signal?.addEventListener("abort", () => reject(signal.reason), { once: true }));
    },
  };
}
