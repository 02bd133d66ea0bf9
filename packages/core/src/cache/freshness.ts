import type { BlobRecord } from "../blob-record.js";
import { LarderError } from "../errors.js";

/**
 * Whether a record is fresh at `now` (milliseconds since 1970). One without expiry always is. One with an expiry is not
 * when `expiresAt ≤ now`, nor when it was created after `now`: then a clock has jumped and its age can't be told.
 *
 * @param maxAgeMs - older records are stale too, whatever they say themselves
 */
export function isFresh(record: BlobRecord, now: number, maxAgeMs?: number): boolean {
  const { createdAt, expiresAt } = record;
  if (expiresAt !== undefined && !(expiresAt > now && createdAt <= now)) return false;
  if (maxAgeMs !== undefined && !(createdAt <= now && now - createdAt < maxAgeMs)) return false;
  return true;
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
