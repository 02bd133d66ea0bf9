import type { BlobRecord } from "../../blob-record.js";
import type { Awaitable } from "../../blob-source.js";
import { loadXxhash } from "../../checksum/xxhash.js";
import type { CacheParts } from "../cache-parts.js";
import {
  type EncodedBlob,
  encodeOrStream,
  isStreamed,
  type StreamedBlob,
  type UncacheableValue,
} from "../encode-value.js";
import { makeRecord, recordTemplate } from "../make-record.js";
import type { SetOptions, SetOutcome } from "../set-options.js";
import { keptNewer, notStored } from "../store-value.js";
import { collected } from "../streams/store-stream.js";
import { transact } from "./transact.js";

/** What became of a value that was to be added. */
export type AddOutcome =
  | SetOutcome
  | {
      readonly stored: false;
      /** There is a fresh value already. */
      readonly reason: "present";
      /** The record of what is there. */
      readonly record: BlobRecord;
    };

/** See `Cache.add`. The value is encoded before this first waits, unless its codec is an asynchronous one. */
export async function addValue(
  parts: CacheParts,
  key: string,
  value: unknown,
  options: SetOptions,
): Promise<AddOutcome> {
  const template = recordTemplate(options);
  const encoded = encodeOrStream(key, value, options.codec, parts.codecs);
  const encoding = isStreamed(encoded)
    ? collectedBlob(encoded)
    : (encoded as Awaitable<EncodedBlob | UncacheableValue>);
  return parts.queue.run(key, async () => {
    const blob = await encoding;
    if (blob.codec === undefined) return notStored(parts, key, blob);
    const xxhash = await loadXxhash();
    // Outside of the transaction, which others wait for: large bytes take long to hash.
    const made = makeRecord(blob, template, parts.clock.now(), xxhash);
    options.onEncoded?.(made);
    const refusal = await parts.newer.refusal(key);
    if (refusal !== undefined) return keptNewer(parts, key, refusal);
    return transact<AddOutcome>(parts, {
      operation: "Adding a value",
      key,
      body({ standing, put }) {
        const there = standing(key);
        if (typeof there !== "string") return { stored: false, reason: "present", record: there.record };
        return { stored: true, record: put(key, { record: made, bytes: blob.encoded.bytes }) };
      },
    });
  });
}

/** A stream in memory: a transaction takes nothing else. */
async function collectedBlob({ codec, stream }: StreamedBlob): Promise<EncodedBlob> {
  const bytes = await collected(stream.chunks);
  const details = stream.details?.();
  return { codec, encoded: { bytes, ...(details !== undefined && { details }) } };
}
