import type { BlobRecord } from "../blob-record.js";
import { LarderError } from "../errors.js";

/**
 * Whether a record is fresh at `now` (milliseconds since 1970): it has not expired, and is not older than asked for.
 *
 * @param maxAgeMs - older records are stale too, whatever they say themselves
 */
export function isFresh(record: BlobRecord, now: number, maxAgeMs?: number): boolean {
  return !hasExpired(record, now) && !isOlder(record, now, maxAgeMs);
}

/**
 * Whether a record has expired at `now`. One without expiry never has. One with an expiry has when `expiresAt ≤ now`, and
 * when it was created after `now`: then a clock has jumped and its age can't be told.
 */
export function hasExpired({ createdAt, expiresAt }: BlobRecord, now: number): boolean {
  return expiresAt !== undefined && !(expiresAt > now && createdAt <= now);
}

/** Whether a record is `maxAgeMs` old at `now`, or from the future; never without `maxAgeMs`. */
export function isOlder({ createdAt }: BlobRecord, now: number, maxAgeMs: number | undefined): boolean {
  return maxAgeMs !== undefined && !(createdAt <= now && now - createdAt < maxAgeMs);
}

/** Whether a record has expired whatever time it is: no jump of a clock makes it fresh. */
export function isExpiredForGood({ createdAt, expiresAt }: BlobRecord): boolean {
  return expiresAt !== undefined && expiresAt <= createdAt;
}

/**
 * The record of what was seen expired at `now`, such that it stays so. It may still be served as stale for as long as it
 * is kept, except when it is from the future.
 */
export function expiredForGood(record: BlobRecord, now: number): BlobRecord {
  if (isExpiredForGood(record)) return record;
  const { keepUntil, ...rest } = record;
  const { createdAt } = record;
  if (createdAt > now) return { ...rest, expiresAt: now };
  return { ...rest, expiresAt: createdAt, ...(keepUntil !== undefined && { keepUntil }) };
}

/**
 * A time to live in whole milliseconds, at least 1; `undefined` for none and for `Infinity`.
 *
 * @throws LarderError `invalid-ttl` when it is 0, negative or no number
 */
export function ttlMilliseconds(ttlSeconds: number | undefined): number | undefined {
  if (ttlSeconds === undefined) return undefined;
  if (typeof ttlSeconds !== "number" || !(ttlSeconds > 0)) {
    throw new LarderError(
      `ttlSeconds must be a number of seconds above 0, and it is ${String(ttlSeconds)}. Leave it out to keep the value until it is deleted.`,
      { code: "invalid-ttl", facts: { ttlSeconds } },
    );
  }
  const milliseconds = Math.max(1, Math.round(ttlSeconds * 1000));
  return Number.isFinite(milliseconds) ? milliseconds : undefined;
}
