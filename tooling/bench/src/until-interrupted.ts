/** The signals that end a benchmark early. */
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/**
 * Gives `work` a signal that is aborted when this process is told to end, so that what it started can be stopped and what it wrote
 * removed. After that a second signal ends the process at once.
 *
 * @returns what `work` gives; the signal is no longer listened to once it has ended
 */
export async function* untilInterrupted<Item>(
  work: (signal: AbortSignal) => AsyncIterable<Item>,
): AsyncGenerator<Item, void, undefined> {
  const controller = new AbortController();
  const stop = (name: NodeJS.Signals) => {
    forget();
    controller.abort(new Error(`Interrupted by ${name}; its processes are stopped, its files removed.`));
  };
  const forget = () => {
    for (const name of signals) process.off(name, stop);
  };
  for (const name of signals) process.on(name, stop);
  try {
    yield* work(controller.signal);
  } finally {
    forget();
  }
}
