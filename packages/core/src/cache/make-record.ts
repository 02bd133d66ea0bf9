import type { BlobRecord } from "../blob-record.js";
import type { RecordOfStream } from "../capabilities/index.js";
import { checksumOf } from "../checksum/checksum.js";
import type { Xxhash } from "../checksum/xxhash.js";
import { LarderError } from "../errors.js";
import { highestPriority } from "../eviction/eviction-priority.js";
import type { EncodedBlob } from "./encode-value.js";
import { ttlMilliseconds } from "./freshness.js";
import { invalidOption } from "./invalid-option.js";
import type { SetOptions } from "./set-options.js";

/** What is known of a record before its bytes are: the options, checked. */
export interface RecordTemplate
  extends Pick<BlobRecord, "tags" | "pinned" | "priority" | "costSeconds" | "origin" | "valueDigest"> {
  /** From storing to expiry, in milliseconds. */
  readonly lifetimeMs?: number;
  /** From expiry until it may be forgotten, in milliseconds. */
  readonly staleMs?: number;
}

/** @throws LarderError `invalid-ttl`, `invalid-option` */
export function recordTemplate(options: SetOptions): RecordTemplate {
  const { ttlSeconds, staleSeconds, pinned, priority, tags, costSeconds, origin, valueDigest, codec } = options;
  checkText("codec", codec);
  // Assigned one by one: spreading what may be absent would cost a hit of getOrSet more than finding its value does.
  const template: { -readonly [Name in keyof RecordTemplate]: RecordTemplate[Name] } = {};
  const lifetimeMs = ttlMilliseconds(ttlSeconds);
  if (lifetimeMs !== undefined) template.lifetimeMs = lifetimeMs;
  if (staleSeconds !== undefined) {
    const staleMs = staleMilliseconds(staleSeconds, ttlSeconds);
    if (staleMs > 0 && lifetimeMs !== undefined) template.staleMs = staleMs;
  }
  if (tags !== undefined) template.tags = checkedTags(tags);
  if (pinned !== undefined) {
    if (typeof pinned !== "boolean") throw invalidOption("pinned", "true or false", pinned);
    if (pinned) template.pinned = true;
  }
  if (priority !== undefined) {
    if (!(Number.isInteger(priority) && priority >= 0 && priority <= highestPriority)) {
      throw invalidOption("priority", `a whole number from 0 to ${highestPriority}`, priority);
    }
    if (priority > 0) template.priority = priority;
  }
  if (costSeconds !== undefined) {
    if (!(typeof costSeconds === "number" && costSeconds >= 0 && costSeconds < Infinity)) {
      throw invalidOption("costSeconds", "a number of seconds, 0 or more", costSeconds);
    }
    template.costSeconds = costSeconds;
  }
  if (origin !== undefined) template.origin = checkText("origin", origin);
  if (valueDigest !== undefined) template.valueDigest = checkText("valueDigest", valueDigest);
  return template;
}

/** The record of encoded bytes, stored at `now` (milliseconds since 1970). */
export function makeRecord(
  { codec, encoded: { bytes, details } }: EncodedBlob,
  { lifetimeMs, staleMs, ...kept }: RecordTemplate,
  now: number,
  xxhash: Xxhash,
): BlobRecord {
  return Object.freeze({
    codec: codec.name,
    byteLength: bytes.byteLength,
    checksum: checksumOf(bytes, xxhash),
    createdAt: now,
    ...expiryOf(now, lifetimeMs, staleMs),
    ...kept,
    ...(details !== undefined && { details }),
  });
}

/** The record of bytes that are not there yet, as of `now` (milliseconds since 1970). */
export function recordOfStream(
  codec: string,
  { lifetimeMs, staleMs, ...kept }: RecordTemplate,
  now: number,
): RecordOfStream {
  return Object.freeze({ codec, createdAt: now, ...expiryOf(now, lifetimeMs, staleMs), ...kept });
}

/** The times of a record that is stored, or given another expiry, at `now`; none without a lifetime. */
export function expiryOf(
  now: number,
  lifetimeMs: number | undefined,
  staleMs: number | undefined,
): Pick<BlobRecord, "expiresAt" | "keepUntil"> {
  if (lifetimeMs === undefined) return {};
  const expiresAt = now + lifetimeMs;
  return staleMs === undefined ? { expiresAt } : { expiresAt, keepUntil: expiresAt + staleMs };
}

/** Whole milliseconds; those that would pass the end of time are a very long while. */
function staleMilliseconds(staleSeconds: number, ttlSeconds: number | undefined): number {
  if (!(typeof staleSeconds === "number" && staleSeconds >= 0)) {
    throw invalidOption("staleSeconds", "a number of seconds, 0 or more", staleSeconds);
  }
  if (ttlSeconds === undefined) {
    throw new LarderError(
      "staleSeconds says how long a value is kept after its time, and without ttlSeconds it has none. Give ttlSeconds too, or leave staleSeconds out.",
      { code: "invalid-option", facts: { option: "staleSeconds", expected: "given with ttlSeconds" } },
    );
  }
  return Math.min(Math.round(staleSeconds * 1000), Number.MAX_SAFE_INTEGER / 2);
}

function checkedTags(tags: readonly string[]): readonly string[] {
  if (!(Array.isArray(tags) && tags.every((tag) => typeof tag === "string"))) {
    throw invalidOption("tags", "an array of strings", tags);
  }
  return Object.freeze([...tags]);
}

function checkText<Text extends string | undefined>(name: string, text: Text): Text {
  if (text !== undefined && typeof text !== "string") throw invalidOption(name, "a string", text);
  return text;
}
