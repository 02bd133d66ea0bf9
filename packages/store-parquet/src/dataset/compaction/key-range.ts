/** Keys from `low` to `high`, both included. */
export interface KeyRange {
  readonly low: bigint;
  readonly high: bigint;
}

/** The least key there can be. */
export const leastKey = -(2n ** 63n);

/** The greatest key there can be. */
export const greatestKey = 2n ** 63n - 1n;

/** Every key. */
export const allKeys: KeyRange = { low: leastKey, high: greatestKey };
