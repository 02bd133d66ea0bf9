import type { DatasetIds } from "@larder/core";
import { idsFrom } from "../ids/sorted-ids.js";
import type { BatchSizer } from "./batch-sizer.js";

/** Ids that are asked for together, with the columns they lack. */
export interface IdGroup {
  /** Ascending, each once. */
  readonly ids: DatasetIds;
  readonly columns: readonly string[];
}

/**
 * Cuts groups into batches and does `work` for each, some at once, until all are done or one throws; then those under way are waited
 * for, and no other begins.
 *
 * @throws what the first to fail has thrown; the reason of the signal
 */
export async function runBatches(
  groups: readonly IdGroup[],
  sizer: BatchSizer,
  signal: AbortSignal | undefined,
  work: (batch: IdGroup) => Promise<void>,
): Promise<void> {
  let group = 0;
  let start = 0;
  const running = new Set<Promise<void>>();
  let failed: { readonly error: unknown } | undefined;

  const next = (): IdGroup | undefined => {
    while (group < groups.length) {
      const { ids, columns } = groups[group]!;
      if (start < ids.length) {
        const end = Math.min(ids.length, start + sizer.size());
        const batch = { ids: idsFrom(ids, start, end), columns };
        start = end;
        return batch;
      }
      group++;
      start = 0;
    }
    return undefined;
  };

  for (;;) {
    if (failed === undefined && signal?.aborted) failed = { error: signal.reason };
    const batch = failed === undefined && running.size < sizer.concurrency() ? next() : undefined;
    if (batch !== undefined) {
      const one: Promise<void> = work(batch)
        .catch((error: unknown) => {
          failed ??= { error };
        })
        .finally(() => running.delete(one));
      running.add(one);
    } else if (running.size > 0) {
      await Promise.race(running);
    } else {
      break;
    }
  }
  if (failed !== undefined) throw failed.error;
}
