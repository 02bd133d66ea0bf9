import { stat } from "node:fs/promises";
import { type RemoteSubject, remoteFailure } from "../remote-failure.js";
import type { RemoteBody } from "../remote-storage.js";
import { withRetries } from "../with-retries.js";
import { failureOf, serviceCodeOf } from "./answer-failure.js";
import { md5Of } from "./body-md5.js";
import type { HttpAnswer } from "./http-answer.js";
import { bodyBytes, type RequestBody } from "./http-exchange.js";
import type { ServiceRequest, WritableService } from "./object-service.js";
import { headObject } from "./read-object.js";
import { textOf, xmlText } from "./xml-text.js";

/** As many as the services take. */
const mostParts = 10_000;

interface Upload {
  readonly contentType: string;
  readonly subject: RemoteSubject;
  readonly signal: AbortSignal | undefined;
}

/**
 * Stores an object by the multipart upload of S3: begin, parts, complete. The object appears when it is complete, and not
 * before; what fails is called off, so that nobody pays for parts of nothing.
 */
export async function uploadInParts(
  service: WritableService,
  path: string,
  body: RemoteBody,
  { contentType, subject, signal }: Upload,
): Promise<void> {
  const send = (
    request: Omit<ServiceRequest, "path" | "subject">,
    tellsDone?: (text: string, nth: number) => Promise<boolean>,
  ) =>
    withRetries(
      service.connection,
      async (nth) => {
        const answer = await service.send({ ...request, path, subject, signal: request.signal });
        const text = await answer.text();
        if (answer.status >= 200 && answer.status < 300 && serviceCodeOf(text) === undefined) return { answer, text };
        if (await tellsDone?.(text, nth)) return { answer, text };
        throw failureOf(service, answer, text, subject);
      },
      request.signal,
    );
  const before = await stateOf(body, subject);
  const begun = await send({
    method: "POST",
    query: { uploads: "" },
    headers: { "content-type": contentType },
    signal,
  });
  const uploadId = textOf(begun.text, "UploadId");
  if (!uploadId) throw remoteFailure("remote-failed", subject, "the service began no upload in parts");
  try {
    const etags: string[] = [];
    for (const part of partsOf(body, service.uploadPartBytes)) {
      const md5 = await md5Of(part, subject);
      const query = { partNumber: String(etags.length + 1), uploadId };
      const headers = { "content-md5": md5.toString("base64") };
      const { answer } = await send({ method: "PUT", query, headers, body: part, signal });
      etags.push(etagOf(answer, subject));
    }
    if ((await stateOf(body, subject)) !== before) {
      throw remoteFailure("remote-failed", subject, "the file to be stored was changed while it was read");
    }
    const complete = { bytes: Buffer.from(completion(etags)) };
    const headers = { "content-type": "application/xml" };
    await send({ method: "POST", query: { uploadId }, headers, body: complete, signal }, async (text, nth) => {
      // The answer to an earlier try may have been lost after the work was done.
      if (nth === 0 || serviceCodeOf(text) !== "NoSuchUpload") return false;
      return (await headObject(service, path, { signal }))?.byteLength === bodyBytes(body);
    });
  } catch (error) {
    // Also after an abort. That it can't be called off says less than why it was to be.
    await send({ method: "DELETE", query: { uploadId } }).catch(() => {});
    throw error;
  }
}

/** Larger than asked for where there would be too many. */
function* partsOf(body: RemoteBody, wantedBytes: number): Generator<RequestBody> {
  const length = bodyBytes(body);
  const partBytes = Math.max(wantedBytes, Math.ceil(length / mostParts));
  for (let start = 0; start < length; start += partBytes) {
    const end = Math.min(start + partBytes, length);
    if ("bytes" in body) yield { bytes: body.bytes.subarray(start, end) };
    else yield { file: body.file, start, byteLength: end - start };
  }
}

/** Changes when the file does. @throws RemoteError when it is not there, or has another length than was said */
async function stateOf(body: RemoteBody, subject: RemoteSubject): Promise<string> {
  if ("bytes" in body) return "";
  const stats = await stat(body.file, { bigint: true }).catch(() => undefined);
  if (stats?.size === BigInt(body.byteLength)) return `${stats.mtimeNs} ${stats.ino}`;
  throw remoteFailure(
    "remote-failed",
    subject,
    stats === undefined
      ? "the file to be stored can't be read"
      : "the file to be stored has another length than was said",
    { expectedBytes: body.byteLength, ...(stats !== undefined && { receivedBytes: Number(stats.size) }) },
    "Store it again once it is there, and nobody changes it.",
  );
}

function etagOf(answer: HttpAnswer, subject: RemoteSubject): string {
  const etag = answer.headers.get("etag");
  if (etag !== null) return etag;
  throw remoteFailure("remote-failed", subject, "the service told no ETag of a part", { status: answer.status });
}

function completion(etags: readonly string[]): string {
  const parts = etags.map((etag, i) => `<Part><PartNumber>${i + 1}</PartNumber><ETag>${xmlText(etag)}</ETag></Part>`);
  return `<CompleteMultipartUpload>${parts.join("")}</CompleteMultipartUpload>`;
}
