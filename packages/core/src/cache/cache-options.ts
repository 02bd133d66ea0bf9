import type { CacheBackend } from "../backend.js";
import type { Clock } from "../clock.js";
import type { ValueCodec } from "../codec.js";
import type { CacheEventListener } from "../events.js";

/** What a `Cache` is made of. */
export interface CacheOptions {
  /** Where bytes are kept. */
  readonly backend: CacheBackend;
  /** Codecs asked before those of the backend and the built-in ones. */
  readonly codecs?: readonly ValueCodec[];
  /** Default: the clock of the machine. */
  readonly clock?: Clock;
  /** Random numbers from 0 to less than 1, which spread early recomputations and those who wait. Default: `Math.random`. */
  readonly random?: () => number;
  /**
   * `false`: what is done with this cache is not counted. Default: it is, where the backend has counters, and handed on to
   * it once a second at most; see `Cache.stats`.
   */
  readonly statistics?: boolean | undefined;
  /** Told of hits, misses, writes and warnings. Without it the cache is silent. */
  readonly onEvent?: CacheEventListener | undefined;
}
