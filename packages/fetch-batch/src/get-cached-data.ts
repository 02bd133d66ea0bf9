import { type DatasetIds, LarderError } from "@larder/core";
import { tableAnswer } from "./call/answer-of.js";
import { cacheOptionNames } from "./call/checked-options.js";
import { freshnessNow } from "./call/data-call.js";
import { withoutIds } from "./call/read-answer.js";
import { withCall } from "./call/with-call.js";
import type { DataAnswer } from "./data-answer.js";
import type { FreshnessOptions, RowsRequest } from "./data-request.js";
import { type Id, idsForPeople } from "./ids/ids-for-people.js";
import { sortedIds, unitedIds } from "./ids/sorted-ids.js";
import { loadArrow } from "./load-arrow.js";

/** What `getCachedData` is asked. */
export interface CachedRequest extends RowsRequest, FreshnessOptions {}

/** What is cached, and what is not. */
export interface CachedData extends Pick<DataAnswer, "table" | "toRows" | "toColumns"> {
  /** Ids with a requested cell that would have to be fetched; they have no row in `table`. Each once, ascending. */
  readonly missingIds: readonly Id[];
  /** Ids that the database is known to have no row for. Each once, ascending. */
  readonly absentIds: readonly Id[];
}

const names = [...cacheOptionNames, "ttlMs", "absentTtlMs", "version", "schema", "signal", "clock"];

/**
 * The rows that are cached whole, in the order of `ids`, and the ids of those that are not. No database is asked.
 *
 * @throws FetchBatchError `invalid-option`, `invalid-id`, `invalid-column`; ColumnTypeError; CacheCorruptionError for a damaged file,
 *   which is put aside: the next call counts its rows as missing
 */
export async function getCachedData(request: CachedRequest): Promise<CachedData> {
  return withCall(request, names, async (call) => {
    const snapshot = await call.dataset.snapshot();
    try {
      let { missing, absent } = snapshot.coverage(call.ids, call.columns, freshnessNow(call));
      for (;;) {
        const ids = withoutIds(call.ids, new Set<bigint | string>([...missing, ...absent]));
        try {
          const table = await snapshot.read(ids, call.columns, { types: call.types });
          return {
            ...tableAnswer(await loadArrow(), table),
            missingIds: idsForPeople(missing) as readonly Id[],
            absentIds: idsForPeople(absent) as readonly Id[],
          };
        } catch (error) {
          // Two texts may have one key: then the store learns only while it reads that one of them is not there.
          const uncovered = uncoveredIds(error);
          if (uncovered.length === 0) throw error;
          missing = unitedIds([missing, uncovered], call.ids);
        }
      }
    } finally {
      await snapshot.close();
    }
  });
}

function uncoveredIds(error: unknown): DatasetIds {
  if (!LarderError.isInstance(error, "not-covered")) return [];
  return sortedIds((error.facts.ids as DatasetIds | undefined) ?? []);
}
