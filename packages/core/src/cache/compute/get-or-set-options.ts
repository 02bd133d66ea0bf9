import type { Awaitable } from "../../blob-source.js";
import type { SetOptions } from "../set-options.js";

/** What a computation is told. */
export interface ComputeContext {
  /**
   * Aborted when nobody waits for the value any more, and when the cache is closed while the value is computed in the
   * background. A computation may take no notice: what it returns is stored all the same, unless the cache was closed.
   */
  readonly signal: AbortSignal;
}

/** Makes the value that a key has none of. */
export type Compute<T> = (context: ComputeContext) => Awaitable<T>;

/**
 * Whether a value may be returned after its time: `true` for as long as it is kept (`staleSeconds`), or at most so many
 * seconds after `ttlSeconds`, which must be given then.
 */
export type StaleLimit = boolean | { readonly maxStaleSeconds: number };

/** How `getOrSet` finds a value, computes it, and stores it. */
export interface GetOrSetOptions extends SetOptions {
  /** Return a value whose time is over at once, and compute it anew in the background. Default `false`. */
  readonly staleWhileRevalidate?: StaleLimit | undefined;
  /** Return a value whose time is over when computing it anew fails; a warning event has the error. Default `false`. */
  readonly staleOnError?: StaleLimit | undefined;
  /**
   * Compute the value anew in the background before its time is over, the likelier the nearer that is and the longer it
   * took to compute; see `isDueEarly`. `beta` above 1 does so earlier, below 1 later; default 1. Absent: not at all.
   */
  readonly earlyRecompute?: { readonly beta?: number | undefined } | undefined;
  /**
   * When the value isn't there after so many milliseconds, return the one whose time is over, if one is kept. It is still
   * computed, in the background, and stored.
   */
  readonly softTimeoutMs?: number | undefined;
  /** When the value isn't there after so many milliseconds, do the same, or reject with `ComputeTimeoutError`. */
  readonly hardTimeoutMs?: number | undefined;
  /**
   * `false`: compute once per key in this cache only. Default `true`: once over all threads and processes that share the
   * backend, where it has leases.
   */
  readonly singleFlight?: boolean | undefined;
  /** Ends this caller's waiting, which rejects with the signal's reason. Others who wait still get the value. */
  readonly signal?: AbortSignal | undefined;
}
