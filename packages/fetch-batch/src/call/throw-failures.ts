import { BatchFetchError } from "../errors/batch-fetch-error.js";
import type { DataCall } from "./data-call.js";
import { isDataError } from "./is-data-error.js";

/**
 * Throws what became of batches that failed: nothing when none did. Where the rows themselves are at fault, in every one of them, it is
 * the error that tells of the first.
 *
 * @throws JsonParseError, ColumnTypeError, BatchFetchError
 */
export function throwFailures(call: DataCall): void {
  const { failures, table, counts } = call;
  if (failures.length === 0) return;
  const [first] = failures;
  if (failures.every(({ cause }) => isDataError(cause))) throw first!.cause;
  throw new BatchFetchError(table, failures, Math.max(counts.batches, failures.length));
}
