import type { BlobRecord } from "../blob-record.js";
import { loadXxhash } from "../checksum/xxhash.js";
import { LarderError } from "../errors.js";
import { backendFailure } from "./backend-failure.js";
import type { CacheParts } from "./cache-parts.js";
import { deleteBlobOf } from "./delete-blob.js";
import {
  type EncodedBlob,
  encodeOrStream,
  isStreamed,
  type StreamedBlob,
  type UncacheableValue,
} from "./encode-value.js";
import { makeRecord, type RecordTemplate, recordTemplate } from "./make-record.js";
import type { SetOptions, SetOutcome } from "./set-options.js";
import { storeStream } from "./streams/store-stream.js";

/** See `Cache.set`. The value is encoded before this first waits, unless its codec is an asynchronous one. */
export async function storeValue(
  parts: CacheParts,
  key: string,
  value: unknown,
  options: SetOptions,
): Promise<SetOutcome> {
  const template = recordTemplate(options);
  parts.flights.supersede(key);
  const encoding = encodeOrStream(key, value, options.codec, parts.codecs);
  if (isStreamed(encoding)) return storeStreamed(parts, key, encoding, template, options);
  return parts.queue.run(key, async () => {
    const encoded = (await encoding) as EncodedBlob | UncacheableValue;
    const refusal = await parts.newer.refusal(key);
    if (refusal !== undefined) return keptNewer(parts, key, refusal);
    if (encoded.codec === undefined) {
      await deleteBlobOf(parts.backend, key);
      return notStored(parts, key, encoded);
    }
    const record = await recordOf(parts, encoded, template);
    options.onEncoded?.(record);
    await storeBlob(parts, key, encoded, record);
    return { stored: true, record };
  });
}

/** Stores a value as it is made. What it throws while it is made is thrown, and the key keeps what it had. */
async function storeStreamed(
  parts: CacheParts,
  key: string,
  { codec, stream }: StreamedBlob,
  template: RecordTemplate,
  options: SetOptions,
): Promise<SetOutcome> {
  const { flights, newer } = parts;
  const refused = await newer.refusal(key);
  if (refused !== undefined) return keptNewer(parts, key, refused);
  let refusal: string | undefined;
  const toStore = { codec: codec.name, chunks: stream.chunks, details: () => stream.details?.() };
  try {
    const record = await storeStream(parts, key, toStore, template, {
      async beforeStored() {
        refusal = await newer.refusal(key);
        if (refusal !== undefined) throw new LarderError(refusal, { code: "newer-format", facts: { key } });
        flights.supersede(key); // now it takes its place
      },
    });
    flights.supersede(key);
    options.onEncoded?.(record);
    return { stored: true, record };
  } catch (error) {
    if (refusal !== undefined) return keptNewer(parts, key, refusal);
    throw error;
  }
}

/** The record of an encoded value, created now. */
export async function recordOf(
  { clock }: CacheParts,
  blob: EncodedBlob,
  template: RecordTemplate,
): Promise<BlobRecord> {
  const xxhash = await loadXxhash();
  return makeRecord(blob, template, clock.now(), xxhash);
}

/** @throws LarderError `backend-failed`, or the backend's own */
export async function storeBlob(
  { backend, ages, onEvent }: CacheParts,
  key: string,
  { encoded }: EncodedBlob,
  record: BlobRecord,
): Promise<void> {
  try {
    await backend.setBlob(key, { record, bytes: encoded.bytes });
  } catch (error) {
    throw backendFailure("store", key, error);
  }
  ages.stored(key, record);
  onEvent?.({ type: "set", key, record });
}

/** Tells of a value that no codec takes. */
export function notStored({ onEvent }: CacheParts, key: string, { message, cause }: UncacheableValue): SetOutcome {
  onEvent?.({ type: "warning", code: "uncacheable-value", key, message, cause });
  return { stored: false, reason: "uncacheable-value", message };
}

/** Tells that a value stays as it is, for it is in a newer format. */
export function keptNewer({ onEvent }: CacheParts, key: string, message: string): SetOutcome {
  onEvent?.({ type: "warning", code: "newer-format", key, message });
  return { stored: false, reason: "newer-format", message };
}
