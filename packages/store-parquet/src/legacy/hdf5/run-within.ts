import { runInThisContext } from "node:vm";

const slot = Symbol.for("larder.run-within");

/**
 * Runs a function to its end, or stops it when the time is over, in WebAssembly too: `vm` has a thread that watches the clock.
 * What is stopped does not get to run its `finally` blocks.
 *
 * @throws what the function throws, or an error for which {@link isTimeout} holds
 */
export function runWithin<Result>(seconds: number, run: () => Result): Result {
  const globals = globalThis as { [slot]?: (() => unknown) | undefined };
  const before = globals[slot];
  globals[slot] = run;
  try {
    return runInThisContext('globalThis[Symbol.for("larder.run-within")]()', { timeout: seconds * 1000 }) as Result;
  } finally {
    globals[slot] = before;
  }
}

/** Whether this error says that the time was over. */
export function isTimeout(error: unknown): boolean {
  return (error as { code?: unknown } | null)?.code === "ERR_SCRIPT_EXECUTION_TIMEOUT";
}
