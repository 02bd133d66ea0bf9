import { type Awaitable, LarderError, sleepUntilAborted } from "@larder/core";
import { spanMilliseconds, wholeNumber } from "./invalid-option.js";
import { type StartClaim, startClaims } from "./start-claims.js";
import { type StructureOptions, structureStore } from "./structure-store.js";
import type { Pace, WaitOptions } from "./waiting.js";

/** How often a function may start. Give the same figures in every process. */
export interface ThrottleOptions extends Omit<StructureOptions, "codecs">, WaitOptions, Pace {
  /** Starts, 1 or more, … */
  readonly count: number;
  /** … at most, in any span of so many seconds, above 0. */
  readonly perSeconds: number;
}

/**
 * A function that starts at most `count` times in any `perSeconds`, over all threads and processes that share the backend
 * and the name. Calls beyond wait; those of one throttled function start in their order, those of different
 * processes in no particular one. See `startClaims` for the formula.
 *
 * @returns a function that resolves to what `fn` returns; it rejects as `fn` does, with LarderError `wait-timeout` when it could not start
 *   within `waitSeconds` (default: as long as it takes), and with the reason of the signal
 * @throws UnsupportedCapabilityError when the backend has no transactions
 * @throws LarderError `invalid-name`, `invalid-option`
 */
export function throttle<Args extends unknown[], Result>(
  fn: (...args: Args) => Awaitable<Result>,
  { count, perSeconds, waitSeconds = Infinity, signal, random = Math.random, sleep, ...options }: ThrottleOptions,
): (...args: Args) => Promise<Result> {
  const store = structureStore("throttle", options);
  const { clock, name } = store;
  const pause = sleep ?? sleepUntilAborted;
  const waitMs = waitSeconds === Infinity ? Infinity : spanMilliseconds("waitSeconds", waitSeconds, "0 or more");
  const claims = startClaims(store, wholeNumber("count", count, 1), spanMilliseconds("perSeconds", perSeconds));
  let lastTurn: Promise<void> = Promise.resolve();

  /** Resolves when the function may start, which it then must do at once. */
  async function start(endMs: number): Promise<void> {
    let claim: StartClaim | undefined;
    for (;;) {
      signal?.throwIfAborted();
      const answer = await claims.claim(claim);
      if (answer.kind === "claimed") {
        if (clock.steady() <= answer.claim.latestMs) return;
        claim = answer.claim; // the commit took longer than was allowed for: claim a later moment
        continue;
      }
      claim = undefined;
      if (clock.steady() + answer.waitMs > endMs) throw timeout();
      // A little later, and not all at the same moment.
      await pause(Math.min(longestPauseMs, answer.waitMs + random() * spreadMs), signal);
    }
  }

  const timeout = () =>
    new LarderError(
      `'${name}' could not start within ${waitSeconds} s: it starts at most ${count} times in ${perSeconds} s. Wait longer, or call it less often.`,
      { code: "wait-timeout", facts: { name, waitSeconds, count, perSeconds } },
    );

  return async (...args) => {
    const endMs = clock.steady() + waitMs;
    const before = lastTurn;
    let pass: () => void = () => undefined;
    lastTurn = new Promise((resolve) => {
      pass = resolve;
    });
    try {
      if (!(await inTime(before, endMs - clock.steady()))) throw timeout();
      await start(endMs);
    } finally {
      before.then(pass); // never before those that came first
    }
    return fn(...args);
  };

  /** Whether a turn came before the time was over; throws the reason of the signal. */
  async function inTime(turn: Promise<void>, leftMs: number): Promise<boolean> {
    if (leftMs === Infinity && signal === undefined) return turn.then(() => true);
    const done = new AbortController();
    const either = signal === undefined ? done.signal : AbortSignal.any([done.signal, signal]);
    const over = pause(Math.min(leftMs, longestPauseMs), either).then(() => false);
    over.catch(() => undefined); // of the one that loses the race
    try {
      return await Promise.race([turn.then(() => true), over]);
    } finally {
      done.abort();
    }
  }
}

const spreadMs = 2;
const longestPauseMs = 2 ** 31 - 1;
