import type { BlobRecord } from "../blob-record.js";
import type { Clock } from "../clock.js";

/**
 * How old the entries are that this cache has stored, by a clock that never jumps: so none of them lives longer because
 * the other clock was set back.
 */
export interface EntryAges {
  /**
   * Notes that an entry was stored now, or given another expiry.
   *
   * @param lifetimeMs - from now; default: from its creation to its expiry
   */
  stored(key: string, record: BlobRecord, lifetimeMs?: number): void;
  /** Whether the time to live of an entry is over; `false` for one that is not known here. */
  isOver(key: string, record: BlobRecord): boolean;
}

interface Age {
  readonly createdAt: number;
  readonly expiresAt: number;
  /** Monotonic time of storing. */
  readonly storedAt: number;
  readonly lifetimeMs: number;
}

/** @param capacity - entries remembered; those stored longest ago are forgotten first */
export function entryAges(clock: Clock, capacity = 10_000): EntryAges {
  const ages = new Map<string, Age>();
  return {
    stored(key, { createdAt, expiresAt }, lifetimeMs) {
      ages.delete(key);
      if (expiresAt === undefined) return;
      const lifetime = lifetimeMs ?? expiresAt - createdAt;
      ages.set(key, { createdAt, expiresAt, storedAt: clock.monotonic(), lifetimeMs: lifetime });
      if (ages.size > capacity) ages.delete(ages.keys().next().value as string);
    },
    isOver(key, { createdAt, expiresAt }) {
      if (expiresAt === undefined) return false;
      const age = ages.get(key);
      // Another one under this key, stored by others, or with another expiry: nothing is known of its age.
      if (age === undefined || age.createdAt !== createdAt || age.expiresAt !== expiresAt) return false;
      return clock.monotonic() - age.storedAt >= age.lifetimeMs;
    },
  };
}
