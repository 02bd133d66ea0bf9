import type { BlobRecord } from "../blob-record.js";
import { loadXxhash } from "../checksum/xxhash.js";
import { backendFailure } from "./backend-failure.js";
import type { CacheParts } from "./cache-parts.js";
import { deleteBlobOf } from "./delete-blob.js";
import { type EncodedBlob, encodeValue, type UncacheableValue } from "./encode-value.js";
import { makeRecord, type RecordTemplate, recordTemplate } from "./make-record.js";
import type { SetOptions, SetOutcome } from "./set-options.js";

/** See `Cache.set`. The value is encoded before this first waits, unless its codec is an asynchronous one. */
export async function storeValue(
  parts: CacheParts,
  key: string,
  value: unknown,
  options: SetOptions,
): Promise<SetOutcome> {
  const template = recordTemplate(options);
  parts.flights.supersede(key);
  const encoding = encodeValue(key, value, options.codec, parts.codecs);
  return parts.queue.run(key, async () => {
    const encoded = await encoding;
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
