/** Waiting in the background: keeps no process alive, and ends at once when the work is to end. */
export interface Turns {
  readonly signal: AbortSignal;
  /** Gives the event loop its turn. @throws what {@link Turns.end} aborted with */
  breathe(): Promise<void>;
  /** Waits so many milliseconds. @throws what {@link Turns.end} aborted with */
  wait(ms: number): Promise<void>;
  end(): void;
}

export function turns(): Turns {
  const controller = new AbortController();
  const { signal } = controller;

  function until(start: (done: () => void) => { unref(): unknown }): Promise<void> {
    return new Promise((resolve, reject) => {
      if (signal.aborted) return reject(signal.reason);
      const onAbort = () => reject(signal.reason);
      signal.addEventListener("abort", onAbort, { once: true });
      start(() => {
        signal.removeEventListener("abort", onAbort);
        resolve();
      }).unref();
    });
  }

  return {
    signal,
    // No setImmediate: one that keeps nothing alive waits until something else wakes the event loop.
    breathe: () => until((done) => setTimeout(done, 0)),
    wait: (ms) => until((done) => setTimeout(done, ms)),
    end: () => controller.abort(),
  };
}
