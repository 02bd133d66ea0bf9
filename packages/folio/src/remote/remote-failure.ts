import { RemoteError, type RemoteErrorCode } from "./remote-error.js";

/** What a request was about. Nothing of it is secret. */
export interface RemoteSubject {
  /** Canonical address of the bundle. */
  readonly url: string;
  readonly path?: string | undefined;
  readonly doing: "reading" | "writing" | "deleting" | "listing";
}

/** What else is known of a failure. */
export interface FailureFacts {
  readonly status?: number;
  /** As the service names the failure, such as `SlowDown`. */
  readonly serviceCode?: string;
  /** As Node names it, such as `ECONNRESET`. */
  readonly systemCode?: string;
  readonly retryAfterMs?: number;
  readonly receivedBytes?: number;
  readonly expectedBytes?: number;
}

const advice: Readonly<Record<RemoteErrorCode, string>> = {
  "remote-unreachable": "Check the network and the service, and try again later; what is cached can be read meanwhile.",
  "remote-refused": "Check the credentials, and what they allow.",
  "remote-conflict": "Read it again, and repeat the change on what it is now.",
  "remote-no-conditions":
    "Write without a condition, and look afterwards whether somebody else wrote at the same time.",
  "remote-read-only": "Write to a storage that can be written: a folder, s3: or gs:.",
  "remote-failed": "Check that the address is that of a bundle, and what answers there.",
};

/**
 * The error of a remote. No foreign error is kept as its cause, for such a one may hold an address with a signature.
 *
 * @param why - a sentence without its full stop
 * @param hint - what to do; default: by the code
 */
export function remoteFailure(
  code: RemoteErrorCode,
  { url, path, doing }: RemoteSubject,
  why: string,
  facts: FailureFacts = {},
  hint = advice[code],
): RemoteError {
  const verb = { reading: "Reading", writing: "Writing", deleting: "Deleting", listing: "Listing" }[doing];
  const what = path === undefined ? url : `'${path}' of ${url}`;
  return new RemoteError(`${verb} ${what} failed: ${why}. ${hint}`, {
    code,
    facts: { url, ...(path !== undefined && { path }), ...facts },
  });
}

/** The code of a system error, or of what caused it: never its text. */
export function systemCodeOf(error: unknown): string | undefined {
  for (let at = error, depth = 0; at instanceof Error && depth < 5; at = at.cause, depth++) {
    if ("code" in at && typeof at.code === "string" && /^[A-Z][A-Z0-9_]{1,40}$/.test(at.code)) return at.code;
    // All addresses of a host were tried.
    if (at instanceof AggregateError && at.errors.length > 0) return systemCodeOf(at.errors[0]);
  }
  return undefined;
}
