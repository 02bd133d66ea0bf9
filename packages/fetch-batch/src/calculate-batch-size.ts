import { invalidOption } from "./errors/invalid-request.js";

/** The least number of ids that a batch has by default. */
const leastBatch = 100;

/**
 * How many ids to ask for at once: a hundredth of what is missing, rounded up, but at least 100.
 *
 * @param missing - number of ids to be fetched, 0 or more
 * @param override - what to take instead, a whole number from 1
 * @throws FetchBatchError `invalid-option`
 */
export function calculateBatchSize(missing: number, override?: number): number {
  if (!Number.isSafeInteger(missing) || missing < 0)
    throw invalidOption("missing", "a whole number, 0 or more", missing);
  if (override !== undefined) {
    if (!Number.isSafeInteger(override) || override < 1) {
      throw invalidOption("batchSize", "a whole number, 1 or more", override);
    }
    return override;
  }
  return Math.max(leastBatch, Math.ceil(missing / 100));
}
