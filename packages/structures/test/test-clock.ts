import type { BootClock, Pace } from "@larder/structures";

/** A clock that stands still until told otherwise, and a pace that never waits: sleeping moves the clock. */
export interface TestClock extends BootClock {
  readonly pace: Required<Pace>;
  /** Time goes by. */
  advance(milliseconds: number): void;
  /** Somebody sets the wall clock. */
  setWall(milliseconds: number): void;
  /** The machine starts again: the steady clock begins anew, and stands at `steadyMs` by now. */
  reboot(steadyMs?: number): void;
}

export function testClock(): TestClock {
  let wall = Date.UTC(2026, 0, 1);
  let steady = 5_000_000;
  let boots = 1;
  const clock: TestClock = {
    now: () => wall,
    steady: () => steady,
    get bootId() {
      return `boot${boots}`;
    },
    pace: {
      random: () => 0.5,
      async sleep(milliseconds, signal) {
        signal?.throwIfAborted();
        await Promise.resolve();
        clock.advance(milliseconds);
      },
    },
    advance(milliseconds) {
      wall += milliseconds;
      steady += milliseconds;
    },
    setWall(milliseconds) {
      wall = milliseconds;
    },
    reboot(steadyMs = 1000) {
      boots++;
      steady = steadyMs;
    },
  };
  return clock;
}
