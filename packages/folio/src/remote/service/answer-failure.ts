import type { RemoteError, RemoteErrorCode } from "../remote-error.js";
import { type FailureFacts, type RemoteSubject, remoteFailure } from "../remote-failure.js";
import { retryAfterMs } from "../with-retries.js";
import type { HttpAnswer } from "./http-answer.js";
import type { ObjectService } from "./object-service.js";
import { textOf } from "./xml-text.js";

/** What services that speak as S3 does name passing trouble. */
const passing: ReadonlySet<string> = new Set([
  "SlowDown",
  "RequestTimeout",
  "InternalError",
  "ServiceUnavailable",
  "OperationAborted",
  "TooManyRequests",
]);

/** The name that a service gives a failure in XML; never its message, which may show what was signed. */
export function serviceCodeOf(xml: string): string | undefined {
  const code = /<Error[\s>]/.test(xml) ? textOf(xml, "Code") : undefined;
  return code !== undefined && /^[A-Za-z][A-Za-z0-9.]{0,63}$/.test(code) ? code : undefined;
}

/** The error that an unexpected answer stands for. Reads its body. */
export async function answerFailure(
  service: ObjectService,
  answer: HttpAnswer,
  subject: RemoteSubject,
): Promise<RemoteError> {
  return failureOf(service, answer, await answer.text().catch(() => ""), subject);
}

/** The same, once the body was read. */
export function failureOf(
  service: ObjectService,
  answer: HttpAnswer,
  text: string,
  subject: RemoteSubject,
): RemoteError {
  const { status, headers } = answer;
  const serviceCode = serviceCodeOf(text);
  const wait = retryAfterMs(headers.get("retry-after"), service.connection.clock.now());
  const facts: FailureFacts = {
    status,
    ...(serviceCode !== undefined && { serviceCode }),
    ...(wait !== undefined && { retryAfterMs: wait }),
  };
  const code = codeOf(status, serviceCode, subject);
  const why = `the service answered ${status}${serviceCode === undefined ? "" : ` (${serviceCode})`}`;
  return remoteFailure(code, subject, why, facts, adviceOf(service, code, serviceCode));
}

function codeOf(status: number, serviceCode: string | undefined, { doing }: RemoteSubject): RemoteErrorCode {
  if (serviceCode !== undefined && passing.has(serviceCode)) return "remote-unreachable";
  if (status === 401 || status === 403 || status === 407) return "remote-refused";
  if (status === 408 || status === 425 || status === 429) return "remote-unreachable";
  if (status >= 500 && status !== 501 && status !== 505) return "remote-unreachable";
  if (status === 405 && doing !== "reading" && doing !== "listing") return "remote-read-only";
  return "remote-failed";
}

function adviceOf(service: ObjectService, code: RemoteErrorCode, serviceCode: string | undefined): string | undefined {
  if (serviceCode === "RequestTimeTooSkewed")
    return "Set the clock of this machine: it differs from that of the service.";
  if (serviceCode === "NoSuchBucket") return "There is no such bucket: check its name, the endpoint and the region.";
  return code === "remote-refused" ? service.accessAdvice : undefined;
}
