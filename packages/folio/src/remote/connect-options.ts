import { type Awaitable, type Clock, sleepUntilAborted, systemClock } from "@larder/core";
import { invalidConnectOption } from "./invalid-connect-option.js";

/** An access key of an S3-compatible service, or an HMAC key of Google Cloud Storage. */
export interface RemoteCredentials {
  readonly accessKeyId: string;
  readonly secretAccessKey: string;
  readonly sessionToken?: string | undefined;
}

/** How requests are tried again. */
export interface RetryOptions {
  /** Tries in all, 1 or more; default 4. */
  readonly attempts?: number | undefined;
  /** The pause after the first try, in milliseconds; each further one is twice as long, and shortened at random by up to half. Default 200. */
  readonly firstPauseMs?: number | undefined;
  /** No pause is longer, also where the service asks for more. Default 10,000. */
  readonly longestPauseMs?: number | undefined;
}

/** How a remote is reached. What is left out comes from the environment, as the services' own tools read it. */
export interface RemoteConnectOptions {
  /** `s3`, `gs`: address of the service. Default: `AWS_ENDPOINT_URL_S3`, `AWS_ENDPOINT_URL`, else Amazon's; Google's. */
  readonly endpoint?: string | undefined;
  /** `s3`: default `AWS_REGION`, `AWS_DEFAULT_REGION`, else `us-east-1`; a service that names another is believed. `gs`: `auto`. */
  readonly region?: string | undefined;
  /**
   * `s3`: default `AWS_ACCESS_KEY_ID`, `AWS_SECRET_ACCESS_KEY`, `AWS_SESSION_TOKEN`; `gs`: `GS_ACCESS_KEY_ID`,
   * `GS_SECRET_ACCESS_KEY`. Without any, requests are not signed, as for public buckets. A function is asked before each
   * request, so that credentials which expire can be renewed.
   */
  readonly credentials?: RemoteCredentials | (() => Awaitable<RemoteCredentials>) | undefined;
  /**
   * `s3`, `gs`: an object larger than this is uploaded in parts of this size, each of which is tried again on its own; in bytes,
   * 5 MiB or more. A conditional write is always one request, which the services take up to 5 GiB. Default 64 MiB.
   */
  readonly uploadPartBytes?: number | undefined;
  /** `http`, `https`: sent with each request to the host of the bundle, and to no other. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
  readonly retry?: RetryOptions | undefined;
  /** The longest wait for an answer to begin, and between two pieces of a body, in milliseconds. Default 30,000. */
  readonly timeoutMs?: number | undefined;
  readonly clock?: Clock | undefined;
  /** Random numbers from 0 to less than 1, for the pauses. */
  readonly random?: (() => number) | undefined;
  /** Waits between two tries; for tests. */
  readonly sleep?: ((milliseconds: number, signal?: AbortSignal) => Promise<void>) | undefined;
  /** Default `process.env`. */
  readonly env?: Readonly<Record<string, string | undefined>> | undefined;
  /** Default: the `fetch` of Node. Redirects must be left to the caller (`redirect: "manual"`). */
  readonly fetch?: typeof globalThis.fetch | undefined;
}

/** What the services ask of each part but the last. */
const smallestPartBytes = 5 * 2 ** 20;

/** Options of which each has a value. */
export interface Connection {
  readonly retry: { readonly attempts: number; readonly firstPauseMs: number; readonly longestPauseMs: number };
  readonly timeoutMs: number;
  readonly uploadPartBytes: number;
  readonly clock: Clock;
  readonly random: () => number;
  readonly sleep: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly fetch: typeof globalThis.fetch;
}

/** @throws LarderError `invalid-option` */
export function connectionOf(options: RemoteConnectOptions): Connection {
  const { attempts = 4, firstPauseMs = 200, longestPauseMs = 10_000 } = options.retry ?? {};
  const { timeoutMs = 30_000, uploadPartBytes = 64 * 2 ** 20 } = options;
  if (!Number.isInteger(attempts) || attempts < 1) {
    throw invalidConnectOption("retry.attempts", "a whole number, 1 or more", attempts);
  }
  checkPositive("retry.firstPauseMs", firstPauseMs, true);
  checkPositive("retry.longestPauseMs", longestPauseMs, true);
  checkPositive("timeoutMs", timeoutMs, false);
  if (!Number.isSafeInteger(uploadPartBytes) || uploadPartBytes < smallestPartBytes) {
    throw invalidConnectOption(
      "uploadPartBytes",
      `a whole number of bytes, ${smallestPartBytes} (5 MiB) or more`,
      uploadPartBytes,
    );
  }
  return {
    retry: { attempts, firstPauseMs, longestPauseMs },
    timeoutMs,
    uploadPartBytes,
    clock: options.clock ?? systemClock,
    random: options.random ?? Math.random,
    sleep: options.sleep ?? sleepUntilAborted,
    env: options.env ?? process.env,
    fetch: options.fetch ?? globalThis.fetch,
  };
}

function checkPositive(name: string, value: number, zeroAllowed: boolean): void {
  if (Number.isFinite(value) && (zeroAllowed ? value >= 0 : value > 0)) return;
  throw invalidConnectOption(name, `a number of milliseconds, ${zeroAllowed ? "0 or more" : "above 0"}`, value);
}
