import type { CacheBackend } from "../../backend.js";
import type { BlobRecord } from "../../blob-record.js";
import type { Awaitable } from "../../blob-source.js";
import type { BlobStreams, RecordOfStream } from "../../capabilities/index.js";
import { checksumOf } from "../../checksum/checksum.js";
import { loadXxhash } from "../../checksum/xxhash.js";
import type { EncodedStream } from "../../codec.js";
import { LarderError } from "../../errors.js";
import { backendFailure } from "../backend-failure.js";
import type { CacheParts } from "../cache-parts.js";
import { type RecordTemplate, recordOfStream } from "../make-record.js";
import type { WriteQueue } from "../write-queue.js";

/** Bytes to be stored as they come. */
export interface StreamToStore extends EncodedStream {
  /** Name of the codec that makes them. */
  readonly codec: string;
}

/** What is done when a stream has ended, and it is its turn among the writes to its key. */
export interface StreamEnd {
  /** What it throws is thrown to the caller, and nothing is stored. */
  readonly beforeStored?: () => Awaitable<void>;
  /** What to add to the record. */
  readonly facts?: () => Partial<RecordOfStream>;
}

/**
 * Stores what arrives in place of what the key had, once it has ended; nothing, and the key keeps what it had, when the
 * stream throws. A backend that takes no streams gets the bytes when all are in memory. Its age counts from the call.
 *
 * Not in the order of the writes to its key: a source may take for ever, and its turn is when it has ended.
 *
 * @throws what the stream throws, or `end.beforeStored`; LarderError `backend-failed`, or the backend's own
 */
export async function storeStream(
  parts: CacheParts,
  key: string,
  stream: StreamToStore,
  template: RecordTemplate,
  end: StreamEnd,
): Promise<BlobRecord> {
  const { ages, backend, clock, onEvent, queue } = parts;
  const turn = turnOf(queue, key);
  const begun = recordOfStream(stream.codec, template, clock.now());
  let ended: RecordOfStream = begun;
  let failure: { readonly error: unknown } | undefined;

  async function* chunks(): AsyncGenerator<Uint8Array, void> {
    try {
      for await (const chunk of stream.chunks) {
        if (!(chunk instanceof Uint8Array)) throw notBytes(key, chunk);
        yield chunk;
      }
      await turn.come();
      const details = stream.details?.();
      ended = { ...begun, ...(details !== undefined && { details }), ...end.facts?.() };
      await end.beforeStored?.();
    } catch (error) {
      failure = { error };
      throw error;
    }
  }

  // Where nothing is added in the end the record is plain data, which every backend with streams understands.
  const isKnown = stream.details === undefined && end.facts === undefined;
  return queue.run(Symbol(key), async () => {
    let record: BlobRecord;
    try {
      record = streams(backend)
        ? await backend.setBlobStream(key, chunks(), isKnown ? begun : () => ended)
        : await storeCollected(backend, key, chunks(), () => ended);
    } catch (error) {
      if (failure !== undefined) throw failure.error;
      throw backendFailure("store", key, error);
    } finally {
      turn.end();
    }
    ages.stored(key, record);
    onEvent?.({ type: "set", key, record });
    return record;
  });
}

/** A turn among the writes to a key, which lasts from when it has come until it is ended. */
function turnOf(queue: WriteQueue, key: string): { come(): Promise<void>; end(): void } {
  let end: (() => void) | undefined;
  return {
    come() {
      return new Promise<void>((hasCome) => {
        const ended = new Promise<void>((resolve) => {
          end = resolve;
        });
        void queue.run(key, () => {
          hasCome();
          return ended;
        });
      });
    },
    end: () => end?.(),
  };
}

function streams(backend: CacheBackend): backend is CacheBackend & BlobStreams {
  return backend.supports?.streams === true;
}

async function storeCollected(
  backend: CacheBackend,
  key: string,
  chunks: AsyncIterable<Uint8Array>,
  ended: () => RecordOfStream,
): Promise<BlobRecord> {
  const bytes = await collected(chunks);
  const checksum = checksumOf(bytes, await loadXxhash());
  const record: BlobRecord = Object.freeze({ ...ended(), byteLength: bytes.byteLength, checksum });
  await backend.setBlob(key, { record, bytes });
  return record;
}

/** All the bytes of a stream, in memory of their own. */
export async function collected(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  // Copied: who makes the chunks may use their memory again.
  for await (const chunk of chunks) parts.push(new Uint8Array(chunk));
  return new Uint8Array(Buffer.concat(parts));
}

function notBytes(key: string, chunk: unknown): LarderError {
  return new LarderError(
    `The stream for '${key}' holds what is no bytes but of type ${typeof chunk}, and nothing was stored. Pass chunks that are Uint8Arrays; a Readable must have no encoding set.`,
    { code: "invalid-stream", facts: { key, kind: typeof chunk } },
  );
}
