import type { Fetcher, ProgressListener } from "@larder/fetch-batch";
import type { FetcherOfColumns } from "./counted-fetcher.js";

/** A fetcher that comes half-way, and what has to listen to its progress. */
export interface HalfWay {
  readonly fetcher: FetcherOfColumns;
  readonly onProgress: ProgressListener;
}

/**
 * Lets half of the batches of a call through and keeps the others waiting until the call is aborted: so the interruption comes at the same
 * place on every machine.
 *
 * @param reached - called once, when that half is stored
 */
export function interruptedHalfWay(fetcher: FetcherOfColumns, reached: () => void): HalfWay {
  let half = 0;
  let asked = 0;
  let told = false;
  return {
    fetcher: Object.assign(
      (async (ids, table, context) => {
        asked++;
        if (asked > half) await untilAborted(context.signal);
        return fetcher(ids, table, context);
      }) satisfies Fetcher,
      { columnsOf: fetcher.columnsOf },
    ),
    onProgress({ batchesDone, batchesTotal }) {
      // It is told before the first batch, too.
      if (batchesDone === 0) half = Math.floor(batchesTotal / 2);
      if (batchesDone < half || told) return;
      told = true;
      reached();
    },
  };
}

/** Rejects when the signal fires; keeps the process alive until then. */
function untilAborted(signal: AbortSignal): Promise<never> {
  return new Promise((_, reject) => {
    const alive = setInterval(() => {}, 60_000);
    const onAbort = () => {
      clearInterval(alive);
      reject(signal.reason);
    };
    if (signal.aborted) onAbort();
    else signal.addEventListener("abort", onAbort, { once: true });
  });
}
