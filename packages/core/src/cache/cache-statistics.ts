import type { CacheEvent } from "../events.js";

/** What all processes that share a backend have done with it, since it was made or cleared. */
export interface CacheStatistics {
  /** Look-ups that found a value, stale ones too. */
  readonly hits: number;
  /** Look-ups that did not. */
  readonly misses: number;
  /** Hits whose time was over, as the caller allowed. */
  readonly staleHits: number;
  /** Values stored. */
  readonly sets: number;
  /** Values deleted, by key or by tag. */
  readonly deletes: number;
  /** Entries the backend forgot for want of space. */
  readonly evictions: number;
  /** Entries the backend forgot because they had expired for good. */
  readonly expirations: number;
  /** Computations that another thread or process did instead. */
  readonly stampedesAvoided: number;
  /** Values computed anew in the background before they expired. */
  readonly earlyRefreshes: number;
}

/** Counts that events are added to. */
export type Counts = { -readonly [Name in keyof CacheStatistics]: number };

/** Nothing counted yet. */
export function noCounts(): Counts {
  return {
    hits: 0,
    misses: 0,
    staleHits: 0,
    sets: 0,
    deletes: 0,
    evictions: 0,
    expirations: 0,
    stampedesAvoided: 0,
    earlyRefreshes: 0,
  };
}

/** Adds one event. */
export function countEvent(counts: Counts, event: CacheEvent): void {
  switch (event.type) {
    case "hit":
      counts.hits++;
      if (event.stale === true) counts.staleHits++;
      break;
    case "miss":
      counts.misses++;
      break;
    case "set":
      counts.sets++;
      break;
    case "delete":
      counts.deletes++;
      break;
    case "evict":
      if (event.reason === "size") counts.evictions++;
      else counts.expirations++;
      break;
    case "stampede-avoided":
      counts.stampedesAvoided++;
      break;
    case "refresh":
      if (event.reason === "early") counts.earlyRefreshes++;
      break;
    default:
  }
}

/** Counts from named numbers as a backend keeps them; those that are missing are 0. */
export function countsFrom(numbers: Readonly<Record<string, unknown>>): CacheStatistics {
  const counts = noCounts();
  for (const name of Object.keys(counts) as (keyof CacheStatistics)[]) {
    const number = Object.hasOwn(numbers, name) ? numbers[name] : undefined;
    if (typeof number === "number" && Number.isFinite(number)) counts[name] = number;
  }
  return counts;
}
