import { type Clock, systemClock } from "../clock.js";
import type { ValueCodec } from "../codec.js";
import { LarderError } from "../errors.js";
import type { CacheEventListener } from "../events.js";
import { type EvictionPolicy, evictionPolicies } from "../eviction/eviction-policy.js";

/** Settings of a `MemoryCache`. */
export interface MemoryCacheOptions {
  /** Codecs for values the built-in ones don't take, such as `parquetCodec()` for Arrow tables. */
  readonly codecs?: readonly ValueCodec[];
  /**
   * What all blobs together may take up, in bytes, above 0. A blob takes up its bytes, its key in UTF-8, `tags`, `origin` and
   * `details` of its record as JSON, and 256 bytes for what is kept of any. Default: no limit.
   */
  readonly sizeLimitBytes?: number;
  /** What goes first when room is needed. Default: `least-recently-used`. */
  readonly evictionPolicy?: EvictionPolicy;
  /** How many blobs go at most before other work of the process gets its turn, a whole number above 0. Default: 1000. */
  readonly cullLimit?: number;
  /** Told of blobs that were forgotten, by events `evict`. */
  readonly onEvent?: CacheEventListener;
  /** By which blobs expire and leases end; give it the one that the cache above has. Default: the machine's. */
  readonly clock?: Clock;
}

/** Options, complete and checked. */
export type MemoryCacheSettings = Readonly<
  Required<Pick<MemoryCacheOptions, "codecs" | "evictionPolicy" | "cullLimit" | "clock">> &
    Pick<MemoryCacheOptions, "sizeLimitBytes" | "onEvent">
>;

/** @throws LarderError `invalid-option` */
export function memoryCacheSettings(options: MemoryCacheOptions): MemoryCacheSettings {
  const { codecs = [], evictionPolicy = "least-recently-used", cullLimit = 1000, clock = systemClock } = options;
  const { sizeLimitBytes, onEvent } = options;
  if (sizeLimitBytes !== undefined && !(Number.isSafeInteger(sizeLimitBytes) && sizeLimitBytes > 0)) {
    throw invalid("sizeLimitBytes", "a whole number of bytes above 0", sizeLimitBytes);
  }
  if (!evictionPolicies.includes(evictionPolicy)) {
    throw invalid("evictionPolicy", `one of ${evictionPolicies.join(", ")}`, evictionPolicy);
  }
  if (!(Number.isSafeInteger(cullLimit) && cullLimit > 0)) {
    throw invalid("cullLimit", "a whole number above 0", cullLimit);
  }
  return Object.freeze({
    codecs: Object.freeze([...codecs]),
    evictionPolicy,
    cullLimit,
    clock,
    ...(sizeLimitBytes !== undefined && { sizeLimitBytes }),
    ...(onEvent !== undefined && { onEvent }),
  });
}

function invalid(option: string, expected: string, actual: unknown): LarderError {
  return new LarderError(`The option '${option}' of MemoryCache must be ${expected}, and it is ${String(actual)}.`, {
    code: "invalid-option",
    facts: { option, expected, actual },
  });
}
