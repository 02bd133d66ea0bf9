import type { CacheBackend } from "../backend.js";
import { checkBackend } from "../cache/check-backend.js";
import { ttlMilliseconds } from "../cache/freshness.js";
import { LarderError } from "../errors.js";

/** One tier of a `TieredCache`. */
export interface TierOptions {
  readonly backend: CacheBackend;
  /** Names the tier in warnings. Default: `tier 1`, `tier 2`, … */
  readonly name?: string;
  /**
   * How long this tier is believed, in seconds, above 0: what it has held for longer is asked of the next tier again. Give
   * one to each tier that other processes do not see, where they overwrite keys. Absent: as long as the record says.
   */
  readonly ttlSeconds?: number;
  /** Blobs larger than this many bytes are not kept in this tier. Absent: no limit. Not allowed for the last tier. */
  readonly maxBlobBytes?: number;
  /**
   * `through` (default): a write has reached this tier when it resolves. `back`: it follows in the background, in order; what
   * is not written when the process ends is lost, so wait for `flush()` or `close()`. Not allowed for the first tier.
   */
  readonly writes?: "through" | "back";
  /**
   * What a failure of this tier is. `miss` (default): a warning event, and the other tiers serve alone. `throw`: an error of the
   * call it happened in.
   */
  readonly onFailure?: "miss" | "throw";
}

/** A tier with its defaults. */
export interface TierSettings {
  readonly backend: CacheBackend;
  readonly name: string;
  readonly ttlMs: number | undefined;
  readonly maxBlobBytes: number;
  readonly back: boolean;
  readonly throws: boolean;
}

/** @throws LarderError `invalid-tiers`, `invalid-backend`, `invalid-ttl` */
export function tierSettings(tiers: readonly (CacheBackend | TierOptions)[]): readonly TierSettings[] {
  if (!Array.isArray(tiers) || tiers.length === 0) throw invalid("it needs at least one tier");
  const settings = tiers.map((tier, number): TierSettings => {
    const options: TierOptions = "backend" in tier ? tier : { backend: tier };
    const { maxBlobBytes = Number.POSITIVE_INFINITY, writes = "through", onFailure = "miss" } = options;
    const name = options.name ?? `tier ${number + 1}`;
    if (!(maxBlobBytes > 0)) throw invalid(`maxBlobBytes of ${name} must be above 0`);
    if (writes !== "through" && writes !== "back") throw invalid(`writes of ${name} must be 'through' or 'back'`);
    if (onFailure !== "miss" && onFailure !== "throw") throw invalid(`onFailure of ${name} must be 'miss' or 'throw'`);
    if (writes === "back" && number === 0) throw invalid(`writes go to ${name} first, so they can't follow later`);
    if (number === tiers.length - 1 && maxBlobBytes !== Number.POSITIVE_INFINITY) {
      throw invalid(`${name} is the last and must take every blob, so it has no maxBlobBytes`);
    }
    return {
      backend: checkBackend(options.backend),
      name,
      ttlMs: ttlMilliseconds(options.ttlSeconds),
      maxBlobBytes,
      back: writes === "back",
      throws: onFailure === "throw",
    };
  });
  if (new Set(settings.map((tier) => tier.backend)).size < settings.length) throw invalid("a backend is named twice");
  return settings;
}

function invalid(why: string): LarderError {
  return new LarderError(`A TieredCache can't be made of these tiers: ${why}. Pass them nearest first.`, {
    code: "invalid-tiers",
    facts: { why },
  });
}
