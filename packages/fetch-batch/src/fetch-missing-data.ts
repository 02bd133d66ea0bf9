import type { ColumnTypes, DatasetIds } from "@larder/core";
import type { Table } from "apache-arrow";
import { reportOf } from "./call/answer-of.js";
import { allOptionNames } from "./call/checked-options.js";
import { distinctIds } from "./call/data-call.js";
import { fetchGroups } from "./call/fetch-groups.js";
import { withCall } from "./call/with-call.js";
import type { FetchReport } from "./data-answer.js";
import type { FetchOptions, RowsRequest } from "./data-request.js";
import type { BatchFailure } from "./errors/batch-fetch-error.js";
import { type Id, idsForPeople } from "./ids/ids-for-people.js";

/** What `fetchMissingData` is asked: all of `ids` are fetched. */
export interface MissingRequest extends RowsRequest, FetchOptions {
  /** Goes into the batches; see `getData`. */
  readonly version?: string | undefined;
}

/** What one batch brought, as `storeData` takes it. */
export interface FetchedBatch {
  /** Ids that were asked for: ascending. Those without a row are not in the database. */
  readonly ids: DatasetIds;
  readonly columns: readonly string[];
  /** The id column, then `columns`. */
  readonly rows: Table;
  /** Taken before the fetch began, so that what was stored or invalidated meanwhile is not undone. */
  readonly sequence: number;
  /** When the fetch began: milliseconds since 1970. */
  readonly fetchedAt: number;
  readonly version?: string | undefined;
  readonly schema?: ColumnTypes | undefined;
}

/** What a database has answered. */
export interface FetchedData {
  readonly batches: readonly FetchedBatch[];
  /** Ids that have no row, each once, ascending. */
  readonly missingIds: readonly Id[];
  /** Batches that could not be fetched. */
  readonly failures: readonly BatchFailure[];
  readonly report: FetchReport;
}

/**
 * Fetches rows in batches, as `getData` does, and stores nothing: to be given to `storeData`. Batches that fail are in `failures`.
 *
 * @throws FetchBatchError `invalid-option`, `invalid-id`, `invalid-column`; ColumnNotFoundError; the reason of the signal
 */
export async function fetchMissingData(request: MissingRequest): Promise<FetchedData> {
  return withCall(request, allOptionNames, async (call) => {
    const batches: FetchedBatch[] = [];
    call.keptLimit = 0;
    call.needsSequence = true;
    call.store = async ({ types, sequence, fetchedAt, ...batch }) => {
      batches.push({ ...batch, sequence: sequence!, fetchedAt: fetchedAt!, schema: types });
    };
    await fetchGroups(call, [{ ids: distinctIds(call), columns: call.columns }]);
    const missingIds = idsForPeople(call.absent) as readonly Id[];
    return { batches, missingIds, failures: call.failures, report: { ...reportOf(call), rowsStored: 0 } };
  });
}
