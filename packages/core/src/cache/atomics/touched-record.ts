import type { BlobRecord } from "../../blob-record.js";

/** How long a value is to live from now. */
export interface TouchOptions {
  /** Time to live in seconds from now, above 0; absent: until deleted. */
  readonly ttlSeconds?: number | undefined;
}

/**
 * A record with another expiry, `lifetimeMs` after `now` or none. It may be served as stale for as long after that as
 * before; when it was created does not change.
 */
export function touchedRecord(record: BlobRecord, lifetimeMs: number | undefined, now: number): BlobRecord {
  const { expiresAt, keepUntil, ...rest } = record;
  if (lifetimeMs === undefined) return Object.freeze(rest);
  const staleMs = expiresAt !== undefined && keepUntil !== undefined ? keepUntil - expiresAt : 0;
  const renewed = now + lifetimeMs;
  return Object.freeze({ ...rest, expiresAt: renewed, ...(staleMs > 0 && { keepUntil: renewed + staleMs }) });
}
