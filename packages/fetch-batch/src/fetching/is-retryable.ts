import { FetchBatchError } from "../errors/fetch-batch-error.js";

/** What may pass: Node's, undici's, PostgreSQL's, MySQL's and SQLite's codes. */
const passingCodes = new Set([
  "ECONNRESET",
  "ECONNREFUSED",
  "ECONNABORTED",
  "ETIMEDOUT",
  "EPIPE",
  "EAI_AGAIN",
  "UND_ERR_SOCKET",
  "UND_ERR_CONNECT_TIMEOUT",
  "UND_ERR_HEADERS_TIMEOUT",
  "UND_ERR_BODY_TIMEOUT",
  // https://www.postgresql.org/docs/current/errcodes-appendix.html
  "40001",
  "40P01",
  "53300",
  "55P03",
  "57P01",
  "57P02",
  "57P03",
  // https://dev.mysql.com/doc/mysql-errors/8.0/en/server-error-reference.html
  "ER_LOCK_DEADLOCK",
  "ER_LOCK_WAIT_TIMEOUT",
  "ER_CON_COUNT_ERROR",
  "PROTOCOL_CONNECTION_LOST",
  "SQLITE_BUSY",
  "SQLITE_LOCKED",
]);

/** PostgreSQL's class of connection exceptions, and extended codes of SQLite such as `SQLITE_BUSY_SNAPSHOT`. */
const passingCode = /^(?:08...|SQLITE_(?:BUSY|LOCKED)_\w+)$/;

/** `pg` gives no code when the server ends a connection. */
const passingMessage = /^Connection terminated/;

/** Whether an HTTP status tells of what may pass: 408, 429 and 500 to 599. */
export function statusMayPass(status: number): boolean {
  return status === 408 || status === 429 || (status >= 500 && status <= 599);
}

/**
 * Whether what a fetcher failed with may pass, so that asking again makes sense: connections that broke, deadlocks, servers that are
 * busy (HTTP 408, 429 and 5xx in `status`), timeouts of `timeoutMs`. An own property `retryable` of the error says it outright. Causes
 * are looked at as well.
 */
export function isRetryable(error: unknown): boolean {
  let current = error;
  for (let depth = 0; depth < 8 && typeof current === "object" && current !== null; depth++) {
    const { code, status, retryable, message, cause } = current as Readonly<Record<string, unknown>>;
    if (typeof retryable === "boolean") return retryable;
    if (current instanceof FetchBatchError) return current.code === "fetch-timeout";
    if (typeof code === "string" && (passingCodes.has(code) || passingCode.test(code))) return true;
    if (typeof status === "number" && statusMayPass(status)) return true;
    if (typeof message === "string" && passingMessage.test(message)) return true;
    current = cause;
  }
  return false;
}
