/** The longest that Node's timers wait: they take more for 1 ms. */
const longestTimerMs = 2 ** 31 - 1;

/**
 * Waits, and leaves nothing behind. The process goes on as long as it takes.
 *
 * @param milliseconds - 0 or more; what is above 2³¹ − 1 (25 days) counts as that
 * @throws the reason of the signal, when that comes first
 */
export function sleepUntilAborted(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    if (signal?.aborted) return reject(signal.reason);
    const onAbort = () => {
      clearTimeout(timer);
      reject(signal!.reason);
    };
    // Somebody awaits it: it keeps the process running.
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
