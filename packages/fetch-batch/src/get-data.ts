import { answerOf } from "./call/answer-of.js";
import { allOptionNames } from "./call/checked-options.js";
import { makeKnown } from "./call/make-known.js";
import { readAnswer } from "./call/read-answer.js";
import { withCall } from "./call/with-call.js";
import type { DataAnswer } from "./data-answer.js";
import type { DataRequest } from "./data-request.js";

/**
 * The requested columns for the requested ids: from the cache, and from the database what the cache lacks, cell by cell.
 *
 * @throws FetchBatchError `invalid-option`, `invalid-id`, `invalid-column`; DataNotFoundError, ColumnNotFoundError, JsonParseError,
 *   ColumnTypeError, BatchFetchError; with `strict` CacheCorruptionError; the reason of the signal
 */
export async function getData(request: DataRequest): Promise<DataAnswer> {
  return withCall(request, allOptionNames, async (call) => {
    const { refresh = false, refetch = "rows", onMissing = "throw" } = request;
    await makeKnown(call, { refresh, refetch });
    const { table, absent } = await readAnswer(call, onMissing);
    return answerOf(call, table, absent);
  });
}
