/** What is used of a stream to a terminal. */
export interface TerminalStream {
  write(text: string): unknown;
  readonly isTTY?: boolean | undefined;
  /** Cells in a line. */
  readonly columns?: number | undefined;
}

const hide = "\x1b[?25l";
const show = "\x1b[?25h";
const signals = ["SIGINT", "SIGTERM", "SIGHUP"] as const;

/** Keeps the cursor hidden, and makes sure that it comes back, whatever ends the process (except SIGKILL, which nothing hears). */
export interface HiddenCursor {
  /** Shows the cursor again. Further calls do nothing. */
  restore(): void;
}

/**
 * Hides the cursor of a terminal. When the process ends, the line is ended before the cursor comes back.
 *
 * @param onInterrupted - called when a signal ended it, after the line was ended and the cursor is back
 */
export function hideCursor(stream: TerminalStream, onInterrupted: () => void): HiddenCursor {
  let hidden = true;

  function restore(): void {
    if (!hidden) return;
    hidden = false;
    process.off("exit", onExit);
    for (const signal of signals) process.off(signal, onSignal);
    stream.write(show);
  }

  function onExit(): void {
    stream.write("\n");
    restore();
  }

  function onSignal(signal: NodeJS.Signals): void {
    onExit();
    onInterrupted();
    // Who else listens decides what a signal means. Alone, what it would have meant without us has to follow.
    if (process.listenerCount(signal) === 0) process.kill(process.pid, signal);
  }

  process.on("exit", onExit);
  for (const signal of signals) process.on(signal, onSignal);
  stream.write(hide);
  return { restore };
}
