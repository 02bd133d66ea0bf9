import { type Flight, type Landing, leave } from "../flights.js";
import type { ComputeTerms } from "./compute-terms.js";
import { ComputeTimeoutError } from "./compute-timeout-error.js";

/** A value whose time is over, returned in place of one that took too long. */
export interface StaleLanding {
  readonly kind: "stale";
  readonly value: unknown;
}

/**
 * Waits for a flight as long as the caller's terms allow.
 *
 * @param readStale - the value to return when the flight takes too long, or `undefined`; never rejects
 * @throws what the flight throws; `ComputeTimeoutError`; the reason of the caller's signal
 */
export async function awaitLanding(
  flight: Flight,
  key: string,
  terms: ComputeTerms,
  readStale: () => Promise<{ readonly value: unknown } | undefined>,
): Promise<Landing | StaleLanding> {
  const { softTimeoutMs, hardTimeoutMs, signal } = terms;
  flight.state.waiting++;
  if (softTimeoutMs === undefined && hardTimeoutMs === undefined && signal === undefined) {
    try {
      return await flight.landing;
    } finally {
      leave(flight, key);
    }
  }

  const timers: NodeJS.Timeout[] = [];
  let giveUp: (() => void) | undefined;
  try {
    return await new Promise((resolve, reject) => {
      flight.landing.then(resolve, reject);
      const orStale = (otherwise?: () => void) => async () => {
        const stale = await readStale();
        if (stale === undefined) return otherwise?.();
        // Who has got a stale value still wants a fresh one to be there the next time.
        flight.state.background = true;
        resolve({ kind: "stale", value: stale.value });
      };
      if (softTimeoutMs !== undefined) timers.push(setTimeout(orStale(), softTimeoutMs));
      if (hardTimeoutMs !== undefined) {
        const fail = () => reject(new ComputeTimeoutError(key, hardTimeoutMs));
        timers.push(setTimeout(orStale(fail), hardTimeoutMs));
      }
      if (signal === undefined) return;
      giveUp = () => reject(signal.reason);
      if (signal.aborted) giveUp();
      else signal.addEventListener("abort", giveUp);
    });
  } finally {
    for (const timer of timers) clearTimeout(timer);
    if (giveUp !== undefined) signal?.removeEventListener("abort", giveUp);
    leave(flight, key);
  }
}
