import { LarderError } from "../errors.js";

/** What was to be stored does not fit: it is larger than the limit, or nothing more may be evicted for it. */
export class CacheFullError extends LarderError {
  constructor(facts: {
    readonly neededBytes: number;
    readonly sizeBytes: number;
    readonly limitBytes: number;
    readonly where: string;
  }) {
    const { neededBytes, sizeBytes, limitBytes, where } = facts;
    super(
      `${where} has no room for ${neededBytes} bytes: its limit is ${limitBytes}, ${sizeBytes} are taken, and nothing more may be evicted. Raise sizeLimitBytes, delete entries, or choose another eviction policy.`,
      { code: "cache-full", facts },
    );
  }
}
