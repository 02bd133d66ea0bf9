/** What waiting is made of. Replaceable, so that tests need not wait. */
export interface Pace {
  /** From 0 to 1, exclusive: spreads the moments at which failed batches are tried again. Default: `Math.random`. */
  readonly random?: () => number;
  /** Resolves after some milliseconds; rejects with the signal's reason when that comes first. Default: a timer. */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}

const longestTimerMs = 2 ** 31 - 1;

/** Resolves after some milliseconds; rejects with the signal's reason when that comes first, and leaves nothing behind. */
export function sleepUntilAborted(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    const timer = setTimeout(
      () => {
        signal?.removeEventListener("abort", onAbort);
        resolve();
      },
      Math.min(milliseconds, longestTimerMs),
    );
    signal?.addEventListener("abort", onAbort, { once: true });
  });
}
