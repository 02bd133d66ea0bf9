import { LarderError } from "@larder/core";

/** What can go wrong with a remote. */
export type RemoteErrorCode =
  /** No answer, or one that broke off, after retries: network errors, time-outs, 5xx, 429. Stale copies may be served. */
  | "remote-unreachable"
  /** Access denied, or no credentials: 401, 403, EACCES. */
  | "remote-refused"
  /** The condition of a write does not hold. */
  | "remote-conflict"
  /** The service takes no conditional writes. */
  | "remote-no-conditions"
  /** It can't be written. */
  | "remote-read-only"
  /** An answer that makes no sense: a protocol error, an unexpected status. */
  | "remote-failed";

/** Something went wrong with a remote. `facts`: `url` and `path` without credentials, `status` if there was one. */
export class RemoteError extends LarderError {
  declare readonly code: RemoteErrorCode;

  constructor(
    message: string,
    options: {
      readonly code: RemoteErrorCode;
      readonly facts: Readonly<Record<string, unknown>>;
      readonly cause?: unknown;
    },
  ) {
    super(message, options);
  }
}

/** Whether trying again later may help, and a stale copy may be served meanwhile. */
export function isUnreachable(error: unknown): boolean {
  return LarderError.isInstance(error, "remote-unreachable");
}
