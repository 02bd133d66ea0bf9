import type { ProgressEvent } from "../../src/progress/progress-event.js";

/** Progress of 1,000 rows in 10 batches, so many of which are done, 50 ms each. */
export function progressAt(batchesDone: number, more: Partial<ProgressEvent> = {}): ProgressEvent {
  const elapsedMs = batchesDone * 50;
  return {
    table: "shop.orders",
    batchesDone,
    batchesTotal: 10,
    rowsDone: batchesDone * 100,
    rowsTotal: 1000,
    batchSize: 100,
    elapsedMs,
    remainingMs: batchesDone === 0 ? undefined : (10 - batchesDone) * 50,
    rowsPerSecond: batchesDone === 0 ? 0 : 2000,
    ...more,
  };
}
