import { FetchBatchError } from "./fetch-batch-error.js";

/**
 * A fetcher answered with something that can't be taken for rows of the ids asked for. Its code tells what: `invalid-answer`
 * (neither rows nor a table), `invalid-row` (no object, or without a usable id), `duplicate-id`, `batch-too-large`. Not tried again.
 */
export class AnswerError extends FetchBatchError {
  constructor(
    code: "invalid-answer" | "invalid-row" | "duplicate-id" | "batch-too-large",
    message: string,
    facts: Readonly<Record<string, unknown>> = {},
  ) {
    super(message, { code, facts });
  }
}
