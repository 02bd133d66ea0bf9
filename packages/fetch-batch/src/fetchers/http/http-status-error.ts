import { FetchBatchError } from "../../errors/fetch-batch-error.js";
import { statusMayPass } from "../../fetching/is-retryable.js";

/** An HTTP endpoint answered with something else than 2xx. */
export class HttpStatusError extends FetchBatchError {
  readonly status: number;
  /** Whether it may pass: 408, 429 and 5xx. */
  readonly retryable: boolean;
  /** What the endpoint asks to wait before it is asked again, where it says so. */
  readonly retryAfterMs: number | undefined;

  /** @param place - the address without what could be secret */
  constructor(place: string, status: number, statusText: string, retryAfterMs: number | undefined) {
    const text = statusText === "" ? "" : ` ${statusText}`;
    super(
      `${place} answered ${status}${text}. Check the address, the headers, and what the endpoint is able to answer.`,
      {
        code: "http-status",
        facts: { place, status, retryAfterMs },
      },
    );
    this.status = status;
    this.retryable = statusMayPass(status);
    this.retryAfterMs = retryAfterMs;
  }
}
