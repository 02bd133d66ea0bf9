import { setImmediate } from "node:timers/promises";

/** Work goes on for this long before the event loop gets its turn, in milliseconds. */
const longestWork = 12;

let since = 0;

/**
 * Gives the event loop a turn when work has gone on for a while; to be awaited between pages, columns and stretches of
 * rows. Costs next to nothing when it is not yet time: `if (isTimeToBreathe()) await breathe();`
 */
export async function breathe(): Promise<void> {
  await setImmediate();
  since = performance.now();
}

/** Whether the event loop has waited long enough. */
export function isTimeToBreathe(): boolean {
  return performance.now() - since > longestWork;
}
