import { withDataset } from "../cache/shared-dataset.js";
import type { DataRequest, RowsRequest } from "../data-request.js";
import { checkOptions } from "./checked-options.js";
import { type DataCall, dataCall } from "./data-call.js";

/**
 * Checks a request, opens the dataset, and does something with it.
 *
 * @param names - the options that the request may have
 * @throws FetchBatchError `invalid-option`, `invalid-id`, `invalid-column`; LarderError `dataset-mismatch`, `newer-format`
 */
export async function withCall<Result>(
  request: RowsRequest & Partial<DataRequest>,
  names: readonly string[],
  use: (call: DataCall) => Promise<Result>,
): Promise<Result> {
  checkOptions(request, names);
  request.signal?.throwIfAborted();
  return withDataset(request.table, request, (dataset) => use(dataCall(request, dataset)));
}
