/** What waiting is made of. Replaceable, so that tests need not wait. */
export interface Pace {
  /** From 0 to 1, exclusive: spreads the moments at which failed batches are tried again. Default: `Math.random`. */
  readonly random?: () => number;
  /** Resolves after some milliseconds; rejects with the signal's reason when that comes first. Default: a timer. */
  readonly sleep?: (milliseconds: number, signal?: AbortSignal) => Promise<void>;
}
