import type { Surroundings } from "./commands/command-context.js";

/** What ends a program early. */
export interface Interrupts {
  /** Aborted once the program shall end. */
  readonly signal: AbortSignal;
  /** Set then: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP, 0 when nobody reads the output any more. */
  readonly exitCode: number | undefined;
  /** Never resolves. Rejects when nobody reads any more, where there is nothing worth waiting for. */
  readonly overdue: Promise<never>;
  /** Listens no more. */
  release(): void;
}

const codes = { SIGINT: 130, SIGTERM: 143, SIGHUP: 129 } as const;

/** What a command may take, once it was told to end, to give back what it holds. */
const graceMs = 5000;

/**
 * Tells of Ctrl-C, SIGTERM, SIGHUP, and of a reader of stdout that has gone. A second signal ends the process at once, and
 * so does a command that takes too long to end: by the signal itself, which a cache survives.
 */
export function watchInterrupts({ stdout, stderr }: Surroundings): Interrupts {
  const controller = new AbortController();
  let exitCode: number | undefined;
  let giveUp: (error: Error) => void = () => {};
  const overdue = new Promise<never>((_, reject) => {
    giveUp = reject;
  });
  overdue.catch(() => {});
  let timer: NodeJS.Timeout | undefined;

  function end(code: number): void {
    exitCode ??= code;
    controller.abort(new Error("Interrupted."));
  }
  function onSignal(signal: keyof typeof codes): void {
    if (controller.signal.aborted) {
      endNow(signal);
      return;
    }
    end(codes[signal]);
    // The cursor comes back at once, whatever the command still has to do.
    import("./output/progress.js").then(({ endAllProgress }) => endAllProgress());
    timer = setTimeout(() => endNow(signal), graceMs);
    timer.unref();
  }
  function endNow(signal: keyof typeof codes): void {
    release();
    process.kill(process.pid, signal);
  }
  function onStdoutError(error: NodeJS.ErrnoException): void {
    if (error.code !== "EPIPE") throw error;
    end(0);
    giveUp(error);
  }
  const ignore = () => {};
  const listeners = Object.keys(codes).map((signal) => [signal, () => onSignal(signal as keyof typeof codes)] as const);

  function release(): void {
    clearTimeout(timer);
    for (const [signal, listener] of listeners) process.off(signal, listener);
    // Late errors of a closed pipe still come; they mean nothing any more.
    stdout.off("error", onStdoutError);
    stdout.on("error", ignore);
  }

  for (const [signal, listener] of listeners) process.on(signal, listener);
  stdout.on("error", onStdoutError);
  stderr.on("error", ignore);
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
    overdue,
    release,
  };
}
