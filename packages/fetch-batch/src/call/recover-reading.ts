import { type DatasetIds, LarderError } from "@larder/core";
import { idsAmong, sortedIds } from "../ids/sorted-ids.js";
import type { DataCall } from "./data-call.js";
import { fetchAndKeep, idsNotKept } from "./settle-call.js";

/** How often a damaged file is put aside and the rest tried again, before everything is fetched. */
const mostDamaged = 3;

/** Sees to it that what could not be read can be read the next time. */
export interface ReadingRecovery {
  /**
   * Fetches what could not be read, where that helps.
   *
   * @throws the error, where nothing helps: strict mode, types that do not fit, no fetcher; as `makeKnown`
   */
  recover(error: unknown): Promise<void>;
}

/** The recovery of one call. */
export function readingRecovery(call: DataCall): ReadingRecovery {
  let damaged = 0;
  return {
    async recover(error) {
      call.signal?.throwIfAborted();
      if (call.fetching === undefined || call.strict || !isTroubleOfCache(error)) throw error;
      const fresh = idsNotKept(call);
      if (LarderError.isInstance(error, "not-covered")) {
        const ids = error.facts.ids as DatasetIds | undefined;
        if (ids === undefined || ids.length === 0 || fresh.length === 0) throw error;
        await fetchAndKeep(call, idsAmong(fresh, sortedIds(ids)));
        return;
      }
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
  return !["column-type", "unknown-type", "data-not-found"].includes(error.code) && !isOfFetching(error.code);
}

function isOfFetching(code: string): boolean {
  return ["batch-fetch", "column-not-found", "json-parse", "fetch-timeout"].includes(code);
}
