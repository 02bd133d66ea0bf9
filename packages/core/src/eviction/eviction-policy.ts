/** In which order entries go when room is needed. */
export type EvictionPolicy =
  /** Nothing is evicted: what does not fit is refused. */
  | "none"
  /** What was stored longest ago goes first, however often it was read. */
  | "least-recently-stored"
  /** What was neither read nor stored for longest goes first. */
  | "least-recently-used"
  /** What was read least often since it was stored goes first; among equals, what was stored longest ago. */
  | "least-frequently-used"
  /** What saves the least computing time for the space it takes goes first; see {@link evictionRank}. */
  | "cost-aware";

export const evictionPolicies: readonly EvictionPolicy[] = [
  "none",
  "least-recently-stored",
  "least-recently-used",
  "least-frequently-used",
  "cost-aware",
];

/** What a policy knows of an entry. */
export interface EntryUse {
  /** Number of the write that stored it: each write of a store has a higher one than those before it. */
  readonly storedSequence: number;
  /** Number of the write or read that used it last, counted the same way. */
  readonly usedSequence: number;
  /** Reads since it was stored. */
  readonly hits: number;
  /** `costSeconds` of its record; 0 when that is absent. */
  readonly costSeconds: number;
  /** What it takes up, as accounted. */
  readonly sizeBytes: number;
}

/**
 * The rank of an entry: those of the lowest rank go first, among equals that of the lowest `storedSequence`. Never negative.
 *
 * `cost-aware` is GreedyDual-Size with frequency: rank = age + cost · (hits + 1) / size, where `age` is the rank of what
 * was evicted last when the entry was stored or used, so that what is no longer used comes down in the end. Source:
 * L. Cherkasova, "Improving WWW proxies performance with Greedy-Dual-Size-Frequency caching policy", HP Labs HPL-98-69R1, 1998.
 *
 * @param age - highest rank evicted by `cost-aware` so far; 0 at the start
 */
export function evictionRank(policy: EvictionPolicy, use: EntryUse, age: number): number {
  switch (policy) {
    case "least-recently-used":
      return use.usedSequence;
    case "least-frequently-used":
      return use.hits;
    case "cost-aware":
      return age + (use.costSeconds * (use.hits + 1)) / Math.max(1, use.sizeBytes);
    default:
      return use.storedSequence;
  }
}
