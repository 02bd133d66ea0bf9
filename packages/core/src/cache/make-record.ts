import type { BlobRecord } from "../blob-record.js";
import { checksumOf } from "../checksum/checksum.js";
import type { Xxhash } from "../checksum/xxhash.js";
import { LarderError } from "../errors.js";
import type { EncodedBlob } from "./encode-value.js";
import { ttlMilliseconds } from "./freshness.js";
import type { SetOptions } from "./set-options.js";

/** What is known of a record before its bytes are: the options, checked. */
export interface RecordTemplate extends Pick<BlobRecord, "tags" | "costSeconds" | "origin" | "valueDigest"> {
  /** From storing to expiry, in milliseconds. */
  readonly lifetimeMs?: number;
}

/** @throws LarderError `invalid-ttl`, `invalid-option` */
export function recordTemplate(options: SetOptions): RecordTemplate {
  const { ttlSeconds, tags, costSeconds, origin, valueDigest, codec } = options;
  const lifetimeMs = ttlMilliseconds(ttlSeconds);
  if (tags !== undefined && !(Array.isArray(tags) && tags.every((tag) => typeof tag === "string"))) {
    throw invalidOption("tags", "an array of strings", tags);
  }
  if (costSeconds !== undefined && !(typeof costSeconds === "number" && costSeconds >= 0 && costSeconds < Infinity)) {
    throw invalidOption("costSeconds", "a number of seconds, 0 or more", costSeconds);
  }
  for (const [name, text] of Object.entries({ origin, valueDigest, codec })) {
    if (text !== undefined && typeof text !== "string") throw invalidOption(name, "a string", text);
  }
  return {
    ...(lifetimeMs !== undefined && { lifetimeMs }),
    ...(tags !== undefined && { tags: Object.freeze([...tags]) }),
    ...(costSeconds !== undefined && { costSeconds }),
    ...(origin !== undefined && { origin }),
    ...(valueDigest !== undefined && { valueDigest }),
  };
}

/** The record of encoded bytes, stored at `now` (milliseconds since 1970). */
export function makeRecord(
  { codec, encoded: { bytes, details } }: EncodedBlob,
  { lifetimeMs, ...kept }: RecordTemplate,
  now: number,
  xxhash: Xxhash,
): BlobRecord {
  return Object.freeze({
    codec: codec.name,
    byteLength: bytes.byteLength,
    checksum: checksumOf(bytes, xxhash),
    createdAt: now,
    ...(lifetimeMs !== undefined && { expiresAt: now + lifetimeMs }),
    ...kept,
    ...(details !== undefined && { details }),
  });
}

function invalidOption(option: string, expected: string, actual: unknown): LarderError {
  return new LarderError(`The option '${option}' must be ${expected}, and it is ${String(actual)}.`, {
    code: "invalid-option",
    facts: { option, expected },
  });
}
