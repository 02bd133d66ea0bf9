import type { BlobRecord } from "../../blob-record.js";
import type { ComputeTerms } from "./compute-terms.js";

/**
 * Whether a value whose time is over may still be returned. One that has expired may until its `keepUntil`. One that is
 * only older than the caller's own `ttlSeconds` may for the caller's own `staleSeconds`. Both hold where both apply, and
 * the limit of the option that allows it. Never one from the future: its age can't be told.
 *
 * @param limitMs - at most so many milliseconds after the caller's time to live; `Infinity`: no limit of its own
 * @param now - milliseconds since 1970
 */
export function mayServeStale(record: BlobRecord, { template }: ComputeTerms, limitMs: number, now: number): boolean {
  const { createdAt, expiresAt, keepUntil } = record;
  if (createdAt > now) return false;
  const hasExpired = expiresAt !== undefined && expiresAt <= now;
  if (hasExpired && !(keepUntil !== undefined && keepUntil > now)) return false;
  const { lifetimeMs, staleMs } = template;
  if (lifetimeMs === undefined) return true;
  const staleForMs = now - createdAt - lifetimeMs;
  if (staleForMs >= limitMs) return false;
  return staleMs === undefined ? hasExpired : staleForMs < staleMs;
}
