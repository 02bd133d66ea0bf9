import { sleepUntilAborted } from "@larder/core";
import { isRetryable as isRetryableByDefault } from "./is-retryable.js";
import type { Pace } from "./pace.js";

/** How often and when to try again. */
export interface RetryOptions {
  /** Attempts after the first, 0 or more. */
  readonly retries: number;
  /** Pause before the first of them; each further one is twice as long, up to 30 s, and shortened by chance by up to half. */
  readonly retryDelayMs: number;
  /** `undefined`: as by default. */
  readonly isRetryable?: ((error: unknown) => boolean | undefined) | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly pace: Pace;
}

/** What came of trying. */
export type Outcome<Result> =
  | { readonly ok: true; readonly result: Result; readonly attempts: number }
  | { readonly ok: false; readonly cause: unknown; readonly attempts: number };

const longestPauseMs = 30_000;
const longestToldMs = 300_000;

/**
 * Does something until it succeeds, fails for good, or has failed often enough. A failure whose error has a number in `retryAfterMs`
 * is tried again no sooner than that, up to 5 minutes.
 *
 * @throws the reason of the signal
 */
export async function tryOften<Result>(
  { retries, retryDelayMs, isRetryable, signal, pace }: RetryOptions,
  work: (attempt: number) => Promise<Result>,
): Promise<Outcome<Result>> {
  const { random = Math.random, sleep = sleepUntilAborted } = pace;
  for (let attempts = 1; ; attempts++) {
    signal?.throwIfAborted();
    try {
      return { ok: true, result: await work(attempts), attempts };
    } catch (cause) {
      signal?.throwIfAborted();
      if (attempts > retries || !(isRetryable?.(cause) ?? isRetryableByDefault(cause))) {
        return { ok: false, cause, attempts };
      }
      const pauseMs = Math.min(longestPauseMs, retryDelayMs * 2 ** (attempts - 1)) * (1 - random() / 2);
      await sleep(Math.max(pauseMs, toldPauseMs(cause)), signal);
    }
  }
}

function toldPauseMs(cause: unknown): number {
  const told: unknown = typeof cause === "object" && cause !== null && "retryAfterMs" in cause ? cause.retryAfterMs : 0;
  return typeof told === "number" && told > 0 ? Math.min(told, longestToldMs) : 0;
}
