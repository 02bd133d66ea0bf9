import type { ActProcess } from "./act-process.js";

/** What ends the demo early. */
export interface Interrupts {
  /** Set once the demo shall end: 130 after Ctrl-C, 143 after SIGTERM, 0 when nobody reads the output any more. */
  readonly exitCode: number | undefined;
  /** The act that is running: it is stopped when the demo shall end. */
  watch(act: ActProcess): void;
}

/** Stops the running act on Ctrl-C, on SIGTERM and when the reader of stdout has gone; the demo then ends by itself. */
export function watchInterrupts(): Interrupts {
  let exitCode: number | undefined;
  let running: ActProcess | undefined;
  const end = (code: number) => {
    exitCode ??= code;
    running?.stop();
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
    get exitCode() {
      return exitCode;
    },
    watch(act) {
      running = act;
      if (exitCode !== undefined) act.stop();
    },
  };
}
