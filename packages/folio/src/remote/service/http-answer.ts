import { LarderError } from "@larder/core";
import { type RemoteSubject, remoteFailure, systemCodeOf } from "../remote-failure.js";

/** How long to wait for a piece, and what it is about. */
export interface BodyMeans {
  readonly timeoutMs: number;
  readonly subject: RemoteSubject;
  /** Ends the request. */
  readonly abort: () => void;
  /** It has ended. */
  readonly release: () => void;
  readonly signal?: AbortSignal | undefined;
}

/** The answer to an HTTP request, its body not read yet. */
export interface HttpAnswer {
  readonly status: number;
  readonly headers: Headers;
  /**
   * The body, once; throws RemoteError when it does not have `expectedBytes`, or stalls.
   *
   * @param expectedBytes - `undefined`: to its end, wherever that is
   */
  body(expectedBytes: number | undefined): AsyncIterable<Uint8Array>;
  /** The body as text, up to 1 MiB of it. */
  text(): Promise<string>;
  /** Gives up the body, and the connection with it. */
  discard(): Promise<void>;
}

const longestTextBytes = 2 ** 20;

export function httpAnswer(response: Response, means: BodyMeans): HttpAnswer {
  return {
    status: response.status,
    headers: response.headers,
    body: (expectedBytes) => guardedBody(response, means, expectedBytes),
    async text() {
      const pieces: Uint8Array[] = [];
      let length = 0;
      for await (const piece of guardedBody(response, means, undefined)) {
        pieces.push(piece);
        length += piece.byteLength;
        if (length > longestTextBytes) break;
      }
      return Buffer.concat(pieces).toString();
    },
    discard: () => ended(response, means),
  };
}

function guardedBody(
  response: Response,
  means: BodyMeans,
  expectedBytes: number | undefined,
): AsyncIterable<Uint8Array> {
  const reader = response.body?.getReader() as ReadableStreamDefaultReader<Uint8Array> | undefined;
  let receivedBytes = 0;
  let over = false;
  // Not a generator: one that was never begun would not give up its connection when it is returned.
  const iterator: AsyncIterableIterator<Uint8Array> = {
    [Symbol.asyncIterator]: () => iterator,
    async next() {
      if (over) return { done: true, value: undefined };
      try {
        const piece = reader === undefined ? undefined : await nextPiece(reader, means);
        if (piece === undefined) {
          over = true;
          means.release();
          if (expectedBytes === undefined || receivedBytes === expectedBytes) return { done: true, value: undefined };
          throw wrongLength("ended early", "remote-unreachable");
        }
        receivedBytes += piece.byteLength;
        if (expectedBytes !== undefined && receivedBytes > expectedBytes)
          throw wrongLength("ran over", "remote-failed");
        return { done: false, value: piece };
      } catch (error) {
        over = true;
        means.abort();
        throw error;
      }
    },
    async return() {
      if (!over) {
        over = true;
        means.abort();
        await reader?.cancel().catch(() => {});
      }
      return { done: true, value: undefined };
    },
  };
  const wrongLength = (how: string, code: "remote-unreachable" | "remote-failed") =>
    remoteFailure(code, means.subject, `the answer ${how}, with ${receivedBytes} of ${expectedBytes} bytes`, {
      receivedBytes,
      ...(expectedBytes !== undefined && { expectedBytes }),
    });
  return iterator;
}

/** `undefined` at the end. */
async function nextPiece(
  reader: ReadableStreamDefaultReader<Uint8Array>,
  { timeoutMs, subject, signal }: BodyMeans,
): Promise<Uint8Array | undefined> {
  let timer: NodeJS.Timeout | undefined;
  const stalled = new Promise<never>((_, reject) => {
    timer = setTimeout(
      () => reject(remoteFailure("remote-unreachable", subject, `nothing came for ${timeoutMs} ms`)),
      timeoutMs,
    );
  });
  const reading = reader.read();
  // When the time is over first, nobody waits for the read any more.
  reading.catch(() => {});
  try {
    const { done, value } = await Promise.race([reading, stalled]);
    return done ? undefined : value;
  } catch (error) {
    signal?.throwIfAborted();
    if (LarderError.isInstance(error)) throw error;
    const systemCode = systemCodeOf(error);
    throw remoteFailure("remote-unreachable", subject, "the answer broke off", { ...(systemCode && { systemCode }) });
  } finally {
    clearTimeout(timer);
  }
}

/** Small rests are read to their end, so that the connection can be used again. */
async function ended(response: Response, means: BodyMeans): Promise<void> {
  const length = Number(response.headers.get("content-length") ?? Number.NaN);
  if (response.body === null || response.bodyUsed) return means.release();
  if (!(length <= 65_536)) {
    means.abort();
    return void (await response.body.cancel().catch(() => {}));
  }
  try {
    for await (const _ of guardedBody(response, means, undefined));
  } catch {
    // Nobody wants it.
  }
}
