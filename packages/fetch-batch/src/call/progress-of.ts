import type { BatchSizer } from "../fetching/batch-sizer.js";
import type { DataCall } from "./data-call.js";

/** Tells whoever listens how far a call has come. */
export interface Progress {
  tell(): void;
  /** A batch of so many ids is done, well or not. */
  done(ids: number): void;
}

/** Progress of fetching `total` ids. */
export function progressOf(call: DataCall, total: number, sizer: BatchSizer): Progress {
  const { onProgress } = call.fetching!;
  const start = call.clock.monotonic();
  let batchesDone = 0;
  let rowsDone = 0;
  const tell = () => {
    if (onProgress === undefined) return;
    const elapsedMs = call.clock.monotonic() - start;
    const batchSize = sizer.size();
    const left = total - rowsDone;
    onProgress({
      table: call.table,
      batchesDone,
      batchesTotal: batchesDone + Math.ceil(left / batchSize),
      rowsDone,
      rowsTotal: total,
      batchSize,
      elapsedMs,
      remainingMs: left === 0 ? 0 : rowsDone > 0 && elapsedMs > 0 ? (elapsedMs / rowsDone) * left : undefined,
      rowsPerSecond: elapsedMs > 0 ? rowsDone / (elapsedMs / 1000) : 0,
    });
  };
  return {
    tell,
    done(ids) {
      batchesDone++;
      rowsDone += ids;
      tell();
    },
  };
}
