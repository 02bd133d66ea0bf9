import { type FSWatcher, watch } from "node:fs";

const firstPollMs = 10;
const longestPollMs = 200;

/**
 * Waits until something has happened that is seen in a directory, or nowhere (the death of a process): looks whenever the file
 * system tells of a change there, and every 10 to 200 ms besides.
 *
 * @throws the signal's reason
 */
export async function waitForChange(
  directory: string,
  hasHappened: () => Promise<boolean>,
  wait: (ms: number, signal?: AbortSignal) => Promise<void>,
  signal?: AbortSignal,
): Promise<void> {
  if (await hasHappened()) return;
  const watcher = hintsOf(directory);
  try {
    for (let pollMs = firstPollMs; !(await hasHappened()); pollMs = Math.min(pollMs * 1.5, longestPollMs)) {
      signal?.throwIfAborted();
      const woken = new AbortController();
      const stop = () => woken.abort();
      signal?.addEventListener("abort", stop, { once: true });
      watcher.onHint(stop);
      // Woken early, or not: either way it is time to look.
      await wait(pollMs, woken.signal).catch(() => undefined);
      watcher.onHint(undefined);
      signal?.removeEventListener("abort", stop);
    }
    signal?.throwIfAborted();
  } finally {
    watcher.close();
  }
}

/** Tells of changes in a directory, where the system can. */
interface Hints {
  /** Whom to tell of the next change; at once where there was one that nobody was told of. `undefined`: nobody for now. */
  onHint(listener: (() => void) | undefined): void;
  close(): void;
}

function hintsOf(directory: string): Hints {
  let listener: (() => void) | undefined;
  let missed = false;
  const hint = () => {
    missed = listener === undefined;
    listener?.();
    listener = undefined;
  };
  let watcher: FSWatcher | undefined;
  try {
    watcher = watch(directory, { persistent: false }, hint);
    watcher.on("error", () => watcher?.close());
  } catch {
    // No directory, or too many are watched: polling goes on.
  }
  return {
    onHint(next) {
      listener = next;
      if (missed && next !== undefined) hint();
    },
    close: () => watcher?.close(),
  };
}
