import { sleepUntilAborted } from "@larder/core";
import type { BootClock } from "./boot-clock.js";
import { spanMilliseconds } from "./invalid-option.js";

/** How long to wait for something that others have. */
export interface WaitOptions {
  /** At most so many seconds, 0 or more; `Infinity`: until it is there. */
  readonly waitSeconds?: number;
  /** Ends the waiting: the method rejects with its reason. */
  readonly signal?: AbortSignal;
}

/** What waiting is made of. Replaceable, so that tests need not wait. */
export interface Pace {
  /** From 0 to 1, exclusive: spreads the moments at which those who wait look again. Default: `Math.random`. */
  readonly random?: () => number;
  /** Resolves after some milliseconds; rejects with the signal's reason when that comes first. Default: a timer. */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

const firstPauseMs = 5;
const longestPauseMs = 100;

/**
 * Looks until `look` brings something, first at once, then after pauses that double from 5 ms to 100 ms, each shortened at
 * random by up to half.
 *
 * @param look - gives `undefined` while there is nothing
 * @returns what `look` brought, or `undefined` when the time was over
 * @throws the reason of the signal; what `look` throws
 */
export async function waitFor<Found extends object>(
  look: () => Promise<Found | undefined>,
  { waitSeconds = 0, signal }: WaitOptions,
  clock: BootClock,
  { random = Math.random, sleep = sleepUntilAborted }: Pace,
): Promise<Found | undefined> {
  const waitMs = waitSeconds === Infinity ? Infinity : spanMilliseconds("waitSeconds", waitSeconds, "0 or more");
  const end = clock.steady() + waitMs;
  for (let pauseMs = firstPauseMs; ; pauseMs = Math.min(longestPauseMs, pauseMs * 2)) {
    signal?.throwIfAborted();
    const found = await look();
    if (found !== undefined) return found;
    const left = end - clock.steady();
    if (!(left > 0)) return undefined;
    await sleep(Math.min(left, pauseMs * (1 - random() / 2)), signal);
  }
}
