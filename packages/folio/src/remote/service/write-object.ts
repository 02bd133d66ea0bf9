import { createHash, randomBytes } from "node:crypto";
import { type RemoteSubject, remoteFailure } from "../remote-failure.js";
import { checkRemotePath } from "../remote-path.js";
import type { RemoteBody, RemoteObject, RemoteOptions, WriteOptions } from "../remote-storage.js";
import { withRetries } from "../with-retries.js";
import { answerFailure, failureOf, serviceCodeOf } from "./answer-failure.js";
import { md5Of } from "./body-md5.js";
import type { HttpAnswer } from "./http-answer.js";
import { bodyBytes } from "./http-exchange.js";
import type { WritableService } from "./object-service.js";
import { headObject, readObject } from "./read-object.js";
import { uploadInParts } from "./upload-in-parts.js";

/** {@link RemoteStorage.write} of a service over HTTP. The service compares what arrives with its MD5. */
export async function writeObject(
  service: WritableService,
  path: string,
  body: RemoteBody,
  options: WriteOptions = {},
): Promise<RemoteObject> {
  checkRemotePath(path);
  const { ifVersion, contentType = "application/octet-stream", signal } = options;
  const subject: RemoteSubject = { url: service.url, path, doing: "writing" };
  const conditional = ifVersion !== undefined;
  if (!conditional && bodyBytes(body) > service.uploadPartBytes) {
    await uploadInParts(service, path, body, { contentType, subject, signal });
    return objectAfterWriting(service, path, body, signal);
  }
  if (conditional && !service.heedsConditions && !(await takesConditions(service))) throw noConditions(subject);
  signal?.throwIfAborted();
  const md5 = await md5Of(body, subject);
  const headers = {
    "content-md5": md5.toString("base64"),
    "content-type": contentType,
    ...(conditional && service.writeConditions(ifVersion)),
  };
  return withRetries(
    service.connection,
    async (nth) => {
      const answer = await service.send({ method: "PUT", path, headers, body, subject, signal });
      const text = await answer.text();
      if (answer.status >= 200 && answer.status < 300 && serviceCodeOf(text) === undefined) {
        const version = service.versionOf(answer.headers);
        if (version === undefined) return objectAfterWriting(service, path, body, signal);
        return { path, byteLength: bodyBytes(body), version };
      }
      if (conditional && isConflict(answer, text)) {
        // The answer to an earlier try may have been lost after the write was done.
        const landed = nth > 0 ? await asWritten(service, path, md5, bodyBytes(body), signal) : undefined;
        if (landed !== undefined) return landed;
        throw remoteFailure("remote-conflict", subject, conflictWhy(ifVersion), { status: answer.status });
      }
      if (conditional && answer.status === 501) throw noConditions(subject);
      throw failureOf(service, answer, text, subject);
    },
    signal,
  );
}

/** {@link RemoteStorage.delete} of a service over HTTP. */
export async function deleteObject(
  service: WritableService,
  path: string,
  options: RemoteOptions = {},
): Promise<boolean> {
  checkRemotePath(path);
  const { signal } = options;
  const subject: RemoteSubject = { url: service.url, path, doing: "deleting" };
  return withRetries(
    service.connection,
    async () => {
      const answer = await service.send({ method: "DELETE", path, subject, signal });
      const failure =
        answer.status >= 200 && answer.status < 300 ? undefined : await answerFailure(service, answer, subject);
      if (failure === undefined) {
        await answer.discard();
        return true;
      }
      if (answer.status === 404 && failure.facts.serviceCode !== "NoSuchBucket") return false;
      throw failure;
    },
    signal,
  );
}

const asked = new WeakMap<WritableService, Promise<boolean>>();

/**
 * Some services take conditions and pay no attention to them. So one is tried on an object that nobody has, under a
 * condition that can't hold: a service that stores it knows no conditions. Tried once; trouble is no answer, and the next
 * write tries again.
 */
function takesConditions(service: WritableService): Promise<boolean> {
  let answer = asked.get(service);
  if (answer === undefined) {
    answer = tryCondition(service);
    asked.set(service, answer);
    answer.catch(() => asked.delete(service));
  }
  return answer;
}

async function tryCondition(service: WritableService): Promise<boolean> {
  const path = `larder-probe-${randomBytes(8).toString("hex")}`;
  const subject: RemoteSubject = { url: service.url, path, doing: "writing" };
  const body = { bytes: new Uint8Array() };
  const headers = service.writeConditions(`"${"0".repeat(32)}"`);
  const outcome = await withRetries(service.connection, async () => {
    const answer = await service.send({ method: "PUT", path, headers, body, subject });
    const text = await answer.text();
    if (answer.status >= 200 && answer.status < 300 && serviceCodeOf(text) === undefined) return "stored";
    if (answer.status === 501) return "not-implemented";
    if (isConflict(answer, text)) return "heeded";
    throw failureOf(service, answer, text, subject);
  });
  if (outcome === "stored") await deleteObject(service, path);
  return outcome === "heeded";
}

function isConflict({ status }: HttpAnswer, text: string): boolean {
  const serviceCode = serviceCodeOf(text);
  if (status === 412) return true;
  if (status === 409) return serviceCode === "ConditionalRequestConflict";
  // A condition on a version of what is not there.
  return status === 404 && serviceCode === "NoSuchKey";
}

function conflictWhy(ifVersion: string | null): string {
  return ifVersion === null ? "there is such an object already" : "it has changed since it was read";
}

function noConditions(subject: RemoteSubject) {
  return remoteFailure("remote-no-conditions", subject, "the service takes no conditional writes");
}

/** Of answers that tell no version, the object is looked at. */
async function objectAfterWriting(
  service: WritableService,
  path: string,
  body: RemoteBody,
  signal: AbortSignal | undefined,
): Promise<RemoteObject> {
  const object = await headObject(service, path, { signal });
  return object ?? { path, byteLength: bodyBytes(body), version: undefined };
}

/** The object, if it is what was to be written. */
async function asWritten(
  service: WritableService,
  path: string,
  md5: Buffer,
  byteLength: number,
  signal: AbortSignal | undefined,
): Promise<RemoteObject | undefined> {
  const read = await readObject(service, path, { signal });
  if (read.status !== "found") return undefined;
  if (read.object.byteLength !== byteLength) {
    await read.body[Symbol.asyncIterator]().return?.();
    return undefined;
  }
  const hash = createHash("md5");
  for await (const piece of read.body) hash.update(piece);
  return hash.digest().equals(md5) ? read.object : undefined;
}
