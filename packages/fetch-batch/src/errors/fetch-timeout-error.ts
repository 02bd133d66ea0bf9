import { counted } from "./counted.js";
import { FetchBatchError } from "./fetch-batch-error.js";

/** A fetcher did not answer in time. It is asked again, as often as `retries` says. */
export class FetchTimeoutError extends FetchBatchError {
  constructor(table: string, ids: number, timeoutMs: number) {
    super(
      `The fetcher did not answer for ${counted(ids, "id", "ids")} of ${JSON.stringify(table)} within ${timeoutMs} ms. Make batches smaller (batchSize), or allow more time (timeoutMs).`,
      { code: "fetch-timeout", facts: { table, ids, timeoutMs } },
    );
  }
}
