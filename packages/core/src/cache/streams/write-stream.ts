import type { CacheBackend } from "../../backend.js";
import type { BlobRecord } from "../../blob-record.js";
import type { BlobStreams, RecordOfStream } from "../../capabilities/index.js";
import { loadXxhash } from "../../checksum/xxhash.js";
import { bytesCodec } from "../../codecs/bytes-codec.js";
import { LarderError } from "../../errors.js";
import { backendFailure } from "../backend-failure.js";
import type { CacheParts } from "../cache-parts.js";
import { makeRecord, type RecordTemplate, recordTemplate } from "../make-record.js";
import type { SetOptions } from "../set-options.js";

/** What to keep beside bytes that arrive as a stream. */
export type WriteStreamOptions = Omit<SetOptions, "codec" | "onEncoded">;

/** See `Cache.writeStream`. */
export async function writeStream(
  parts: CacheParts,
  key: string,
  source: AsyncIterable<Uint8Array>,
  options: WriteStreamOptions,
): Promise<BlobRecord> {
  const template = recordTemplate(options);
  const { backend, flights, onEvent, queue } = parts;
  if (typeof source?.[Symbol.asyncIterator] !== "function") {
    throw new LarderError(
      `What is to be stored under '${key}' is no stream: pass an AsyncIterable of Uint8Array, such as a Readable.`,
      {
        code: "invalid-stream",
        facts: { key },
      },
    );
  }
  let failure: { readonly error: unknown } | undefined;
  async function* chunks(): AsyncGenerator<Uint8Array, void> {
    try {
      for await (const chunk of source) {
        if (!(chunk instanceof Uint8Array)) throw notBytes(key, chunk);
        yield chunk;
      }
    } catch (error) {
      failure = { error };
      throw error;
    }
    flights.supersede(key); // now it takes its place
  }
  // Not in the order of the writes to its key: a source may take for ever, and its turn is when it has ended.
  const record = await queue.run(Symbol(key), async () => {
    try {
      return streams(backend)
        ? await backend.setBlobStream(key, chunks(), await streamRecord(parts, template))
        : await storeCollected(parts, key, chunks(), template);
    } catch (error) {
      if (failure !== undefined) throw failure.error;
      throw backendFailure("store", key, error);
    }
  });
  flights.supersede(key);
  onEvent?.({ type: "set", key, record });
  return record;
}

function streams(backend: CacheBackend): backend is CacheBackend & BlobStreams {
  return backend.supports?.streams === true;
}

/** The record as far as it is known before the bytes are. */
async function streamRecord(parts: CacheParts, template: RecordTemplate): Promise<RecordOfStream> {
  const { byteLength, checksum, ...record } = await recordOfBytes(parts, new Uint8Array(0), template);
  return record;
}

async function storeCollected(
  parts: CacheParts,
  key: string,
  chunks: AsyncIterable<Uint8Array>,
  template: RecordTemplate,
): Promise<BlobRecord> {
  const collected: Uint8Array[] = [];
  // Copied: who makes the chunks may use their memory again.
  for await (const chunk of chunks) collected.push(new Uint8Array(chunk));
  const bytes = new Uint8Array(Buffer.concat(collected));
  const record = await recordOfBytes(parts, bytes, template);
  await parts.backend.setBlob(key, { record, bytes });
  return record;
}

async function recordOfBytes({ clock }: CacheParts, bytes: Uint8Array, template: RecordTemplate): Promise<BlobRecord> {
  return makeRecord({ codec: bytesCodec, encoded: { bytes } }, template, clock.now(), await loadXxhash());
}

function notBytes(key: string, chunk: unknown): LarderError {
  return new LarderError(
    `The stream for '${key}' holds what is no bytes but of type ${typeof chunk}, and nothing was stored. Pass chunks that are Uint8Arrays; a Readable must have no encoding set.`,
    { code: "invalid-stream", facts: { key, kind: typeof chunk } },
  );
}
