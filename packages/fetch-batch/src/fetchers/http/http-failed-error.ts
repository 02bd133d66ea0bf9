import { FetchBatchError } from "../../errors/fetch-batch-error.js";
import { isRetryable } from "../../fetching/is-retryable.js";

/** An HTTP endpoint could not be reached, or broke off its answer. */
export class HttpFailedError extends FetchBatchError {
  /** Whether the cause may pass. */
  readonly retryable: boolean;

  /** @param place - the address without what could be secret */
  constructor(place: string, cause: unknown) {
    super(
      `${place} could not be asked, or broke off its answer: ${reasonOf(cause)}. Check the address and the network.`,
      {
        code: "http-failed",
        facts: { place },
        cause,
      },
    );
    this.retryable = isRetryable(cause);
  }
}

const mostCauses = 8;

/** The innermost cause in a word: messages of the outer ones say only that it failed. Causes can form a circle, so not all are followed. */
function reasonOf(error: unknown): string {
  let inner = error;
  for (let depth = 0; depth < mostCauses && inner instanceof Error && inner.cause !== undefined; depth++)
    inner = inner.cause;
  const code: unknown = inner instanceof Error ? (inner as { code?: unknown }).code : undefined;
  if (typeof code === "string") return code;
  return inner instanceof Error ? inner.name : typeof inner;
}
