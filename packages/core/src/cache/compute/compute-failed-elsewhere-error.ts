import { LarderError } from "../../errors.js";

/** What is told of an error to those who waited for the computation in other threads and processes. */
export interface ToldError {
  readonly name: string;
  readonly message: string;
  readonly code?: string;
}

/**
 * Another thread or process computed a value, and failed. `cause` is an error with the original's name and message; the
 * facts have its `code` where it had one. The original itself, and its stack, stay where it was thrown.
 */
export class ComputeFailedElsewhereError extends LarderError {
  constructor(key: string, { name, message, code }: ToldError) {
    const cause = new Error(message);
    cause.name = name;
    super(
      `The value under '${key}' was being computed by another thread or process, and that failed: ${message}. Ask again to compute it here.`,
      {
        code: "compute-failed-elsewhere",
        facts: { key, name, message, ...(code !== undefined && { code }) },
        cause,
      },
    );
  }
}
