import { expect, test } from "vitest";
import { FetchTimeoutError, isRetryable } from "../../src/index.js";

const coded = (code: string) => Object.assign(new Error(code), { code });

test("broken connections, deadlocks, busy servers and timeouts may pass", () => {
  const codes = [
    "ECONNRESET",
    "ETIMEDOUT",
    "EPIPE",
    "ECONNREFUSED",
    "EAI_AGAIN",
    "40001",
    "40P01",
    "57P01",
    "08006",
    "08000",
  ];
  codes.push(
    "ER_LOCK_DEADLOCK",
    "ER_LOCK_WAIT_TIMEOUT",
    "PROTOCOL_CONNECTION_LOST",
    "SQLITE_BUSY",
    "SQLITE_BUSY_SNAPSHOT",
  );
  for (const code of codes) expect(isRetryable(coded(code)), code).toBe(true);
  for (const status of [408, 429, 500, 502, 503, 504, 599]) expect(isRetryable({ status }), String(status)).toBe(true);
  expect(isRetryable(new FetchTimeoutError("t", 1, 1000))).toBe(true);
  expect(isRetryable(new Error("Connection terminated unexpectedly"))).toBe(true);
  expect(isRetryable(new TypeError("fetch failed", { cause: coded("UND_ERR_SOCKET") }))).toBe(true);
});

test("errors of the query, of rights, and of what nobody knows will not pass", () => {
  for (const code of [
    "42P01",
    "42703",
    "28P01",
    "23505",
    "080",
    "0800000",
    "ENOENT",
    "ER_NO_SUCH_TABLE",
    "SQLITE_ERROR",
  ]) {
    expect(isRetryable(coded(code)), code).toBe(false);
  }
  for (const status of [200, 400, 401, 404, 600]) expect(isRetryable({ status }), String(status)).toBe(false);
  for (const error of [undefined, null, "ECONNRESET", new Error("no"), {}]) expect(isRetryable(error)).toBe(false);
});

test("an error may say itself whether it may pass, and circles of causes end", () => {
  expect(isRetryable(Object.assign(coded("ECONNRESET"), { retryable: false }))).toBe(false);
  expect(isRetryable(Object.assign(new Error("no"), { retryable: true }))).toBe(true);
  const circle: { cause?: unknown } = {};
  circle.cause = circle;
  expect(isRetryable(circle)).toBe(false);
});
