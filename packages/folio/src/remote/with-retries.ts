import { LarderError } from "@larder/core";
import type { Connection } from "./connect-options.js";

/** What {@link withRetries} needs of a connection. */
export type RetryMeans = Pick<Connection, "retry" | "clock" | "random" | "sleep">;

/**
 * Calls `attempt` until it succeeds, for as long as it throws `remote-unreachable` and tries are left. Between two tries it
 * waits: at least as long as the service asks for (`facts.retryAfterMs`), else twice as long each time, shortened at random
 * by up to half so that many clients don't come back at once; never longer than `longestPauseMs`.
 *
 * @param attempt - gets the number of the try, from 0
 * @throws the error of the last try; the reason of the signal
 */
export async function withRetries<Result>(
  means: RetryMeans,
  attempt: (nth: number) => Promise<Result>,
  signal?: AbortSignal,
): Promise<Result> {
  const { attempts, firstPauseMs, longestPauseMs } = means.retry;
  for (let nth = 0; ; nth++) {
    signal?.throwIfAborted();
    try {
      return await attempt(nth);
    } catch (error) {
      if (nth + 1 >= attempts || !LarderError.isInstance(error, "remote-unreachable")) throw error;
      const asked = typeof error.facts.retryAfterMs === "number" ? error.facts.retryAfterMs : 0;
      const growing = firstPauseMs * 2 ** nth * (1 - means.random() / 2);
      await means.sleep(Math.min(Math.max(asked, growing), longestPauseMs), signal);
    }
  }
}

/**
 * How long a service asks to wait, in milliseconds from now.
 *
 * @param header - of `Retry-After`: seconds, or a date (RFC 9110, 10.2.3)
 * @returns `undefined` when there is none, or none that makes sense
 */
export function retryAfterMs(header: string | null, now: number): number | undefined {
  if (header === null) return undefined;
  const text = header.trim();
  if (/^\d{1,9}$/.test(text)) return Number(text) * 1000;
  if (!/^[A-Za-z]{3,9},? /.test(text)) return undefined;
  const date = Date.parse(text);
  return Number.isNaN(date) ? undefined : Math.max(0, date - now);
}
