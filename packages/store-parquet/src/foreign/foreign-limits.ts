import { LarderError } from "@larder/core";

/** What reading a file that nobody vouches for may take. */
export interface ForeignLimits {
  /** For one operation, such as `toArrow` or one batch, in seconds; waiting for the source does not count. Default 8. */
  readonly seconds?: number;
  /** For the process that reads, in MB of 2²⁰ bytes, of which about 150 are Node itself. Default 512. */
  readonly megabytes?: number;
}

/** The limits, complete. @throws LarderError `invalid-limit` */
export function completeLimits(limits: ForeignLimits = {}): Required<ForeignLimits> {
  const { seconds = 8, megabytes = 512 } = limits;
  for (const [name, value] of Object.entries({ seconds, megabytes })) {
    if (!(value > 0 && value < 2 ** 31)) {
      throw new LarderError(`The limit ${name} must be a number above 0, not ${value}.`, {
        code: "invalid-limit",
        facts: { limit: name, value },
      });
    }
  }
  return { seconds, megabytes };
}

/** Most bytes of one allocation that a file asks for: half of all, for two are often needed at a time. */
export function allocationBytes({ megabytes }: Required<ForeignLimits>): number {
  return megabytes * 2 ** 19;
}
