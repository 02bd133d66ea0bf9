/** What ends a program early. */
export interface Interrupts {
  /** Fires once the program shall end. */
  readonly signal: AbortSignal;
  /** Set then: 130 after Ctrl-C, 143 after SIGTERM, 129 after SIGHUP, 0 when nobody reads the output any more. */
  readonly exitCode: number | undefined;
}

/**
 * Tells of Ctrl-C, SIGTERM, SIGHUP and of a reader of stdout that has gone; the process then ends by itself.
 *
 * @param program - for the reason of the signal, such as `atlas`
 */
export function watchInterrupts(program: string): Interrupts {
  const controller = new AbortController();
  let exitCode: number | undefined;
  const end = (code: number) => {
    exitCode ??= code;
    controller.abort(new Error(`The ${program} was interrupted.`));
  };
  process.on("SIGINT", () => end(130));
  process.on("SIGTERM", () => end(143));
  process.on("SIGHUP", () => end(129));
  process.stdout.on("error", (error: NodeJS.ErrnoException) => {
    if (error.code !== "EPIPE") throw error;
    end(0);
  });
  process.stderr.on("error", () => {});
  return {
    signal: controller.signal,
    get exitCode() {
      return exitCode;
    },
  };
}
