import { type DatasetIds, LarderError } from "@larder/core";
import { FetchBatchError } from "../errors/fetch-batch-error.js";
import { idsAmong, noIds, sortedIds } from "../ids/sorted-ids.js";
import type { DataCall } from "./data-call.js";
import { isDataError } from "./is-data-error.js";
import { fetchAndKeep, idsNotKept } from "./settle-call.js";

/** How often a damaged file is put aside and the rest tried again, before everything is fetched. */
const mostDamaged = 3;

/** Sees to it that what could not be read can be read the next time. */
export interface ReadingRecovery {
  /**
   * Fetches what could not be read, where that helps.
   *
   * @throws the error, where nothing helps: types that do not fit, no fetcher, all is in memory already; in strict mode any but `not-covered`, which is no damage;
   *   as `makeKnown`
   */
  recover(error: unknown): Promise<void>;
}

/** The recovery of one call. */
export function readingRecovery(call: DataCall): ReadingRecovery {
  let damaged = 0;
  return {
    async recover(error) {
      call.signal?.throwIfAborted();
      if (call.fetching === undefined || !isTroubleOfCache(error)) throw error;
      const fresh = idsNotKept(call);
      // Two texts may have one key, and others may invalidate meanwhile.
      if (LarderError.isInstance(error, "not-covered")) {
        const again = idsAmong(fresh, sortedIds((error.facts.ids as DatasetIds | undefined) ?? noIds(fresh)));
        if (again.length === 0) throw error;
        await fetchAndKeep(call, again);
        return;
      }
      if (call.strict) throw error;
      call.warn({
        code: LarderError.isInstance(error) ? error.code : "cache-failed",
        message: `The cache of ${JSON.stringify(call.table)} could not be read, and is asked no more for those rows: ${error instanceof Error ? error.message : String(error)}`,
        facts: { table: call.table },
        cause: error,
      });
      if (LarderError.isInstance(error, "cache-corruption") && ++damaged <= mostDamaged) return;
      if (fresh.length === 0) throw error;
      await fetchAndKeep(call, fresh);
    },
  };
}

/** Whether it is the cache that failed, and not the request, or its data. */
function isTroubleOfCache(error: unknown): boolean {
  if (!LarderError.isInstance(error)) return error instanceof Error && "code" in error;
  return !(error instanceof FetchBatchError) && !isDataError(error);
}
