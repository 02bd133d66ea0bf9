import { createReadStream } from "node:fs";
import type { Connection } from "../connect-options.js";
import { type RemoteSubject, remoteFailure, systemCodeOf } from "../remote-failure.js";
import type { RemoteBody } from "../remote-storage.js";
import { type HttpAnswer, httpAnswer } from "./http-answer.js";

/** The body of a request: also a part of a file, from `start` on. */
export type RequestBody = RemoteBody | { readonly file: string; readonly byteLength: number; readonly start: number };

/** A request, ready to be sent. */
export interface HttpRequest {
  readonly method: "GET" | "HEAD" | "PUT" | "POST" | "DELETE";
  /** May hold a signature: it is never shown. */
  readonly url: URL;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: RequestBody | undefined;
  readonly subject: RemoteSubject;
  readonly signal?: AbortSignal | undefined;
}

const largestPieceBytes = 65_536;

/**
 * Sends one request, once, and follows no redirect.
 *
 * @throws RemoteError `remote-unreachable` when no answer begins in time; the reason of the signal
 */
export async function exchange(
  { fetch, timeoutMs }: Pick<Connection, "fetch" | "timeoutMs">,
  { method, url, headers, body, subject, signal }: HttpRequest,
): Promise<HttpAnswer> {
  signal?.throwIfAborted();
  const controller = new AbortController();
  const abort = () => controller.abort();
  signal?.addEventListener("abort", abort, { once: true });
  const release = () => signal?.removeEventListener("abort", abort);
  let isLate = false;
  let bodyFailure: unknown;
  const onBodyFailure = (error: unknown) => {
    bodyFailure = error;
    abort();
  };
  const timer = setTimeout(() => {
    isLate = true;
    abort();
  }, timeoutMs);
  try {
    const response = await fetch(url, {
      method,
      headers: { ...headers, ...(body !== undefined && { "content-length": String(bodyBytes(body)) }) },
      redirect: "manual",
      signal: controller.signal,
      // A piece that was taken is a sign of life, so that a large upload has all the time it needs.
      ...(body !== undefined && {
        body: bodyStream(body, subject, () => timer.refresh(), onBodyFailure),
        duplex: "half" as const,
      }),
    });
    const giveUp = () => {
      release();
      abort();
    };
    return httpAnswer(response, { timeoutMs, subject, signal, abort: giveUp, release });
  } catch (error) {
    release();
    signal?.throwIfAborted();
    if (bodyFailure !== undefined) throw bodyFailure;
    if (isLate) throw remoteFailure("remote-unreachable", subject, `no answer began within ${timeoutMs} ms`);
    const systemCode = systemCodeOf(error);
    throw remoteFailure(
      "remote-unreachable",
      subject,
      `there was no answer from ${url.host}${systemCode === undefined ? "" : ` (${systemCode})`}`,
      { ...(systemCode !== undefined && { systemCode }) },
    );
  } finally {
    clearTimeout(timer);
  }
}

/** How long a body is, in bytes. */
export function bodyBytes(body: RequestBody): number {
  return "bytes" in body ? body.bytes.byteLength : body.byteLength;
}

/**
 * The bytes of a body in pieces of up to 64 KiB.
 *
 * @throws RemoteError `remote-failed` when it is a file that can't be read, or has another length than was said
 */
export async function* bodyPieces(
  body: RequestBody,
  subject: RemoteSubject,
): AsyncGenerator<Uint8Array, void, undefined> {
  if ("bytes" in body) {
    for (let at = 0; at < body.bytes.byteLength; at += largestPieceBytes) {
      yield body.bytes.subarray(at, at + largestPieceBytes);
    }
    return;
  }
  let receivedBytes = 0;
  const part = "start" in body ? { start: body.start, end: body.start + body.byteLength - 1 } : {};
  for await (const piece of filePieces(body.file, part, subject)) {
    receivedBytes += piece.byteLength;
    if (receivedBytes > body.byteLength) break;
    yield piece;
  }
  if (receivedBytes === body.byteLength) return;
  throw remoteFailure(
    "remote-failed",
    subject,
    "the file to be stored has another length than was said",
    { receivedBytes, expectedBytes: body.byteLength },
    "Store it again once nobody changes it.",
  );
}

async function* filePieces(
  file: string,
  part: { readonly start?: number; readonly end?: number },
  subject: RemoteSubject,
): AsyncGenerator<Uint8Array, void, undefined> {
  try {
    yield* createReadStream(file, { ...part, highWaterMark: largestPieceBytes }) as AsyncIterable<Uint8Array>;
  } catch (error) {
    const systemCode = systemCodeOf(error);
    const why = `the file to be stored can't be read${systemCode === undefined ? "" : ` (${systemCode})`}`;
    throw remoteFailure(
      "remote-failed",
      subject,
      why,
      { ...(systemCode && { systemCode }) },
      "Check that it is there.",
    );
  }
}

function bodyStream(
  body: RequestBody,
  subject: RemoteSubject,
  onPiece: () => void,
  onFailure: (error: unknown) => void,
): ReadableStream<Uint8Array> | Uint8Array<ArrayBuffer> {
  if (bodyBytes(body) === 0) return new Uint8Array();
  return ReadableStream.from(watched(body, subject, onPiece, onFailure));
}

async function* watched(
  body: RequestBody,
  subject: RemoteSubject,
  onPiece: () => void,
  onFailure: (error: unknown) => void,
): AsyncGenerator<Uint8Array> {
  try {
    for await (const piece of bodyPieces(body, subject)) {
      onPiece();
      yield piece;
    }
  } catch (error) {
    // Whoever sends would wait for the rest.
    onFailure(error);
    throw error;
  }
}
