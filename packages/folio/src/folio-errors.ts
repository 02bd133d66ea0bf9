import { LarderError } from "@larder/core";

/** The cache can't give an item: offline and not cached, or too old (`not-cached-offline`, `too-stale`, `lock-timeout`). */
export class CacheError extends LarderError {}

/** Bytes from the remote were twice not what the manifest says. `facts`: url, item, expected, actual, algorithm. */
export class ChecksumMismatchError extends LarderError {
  constructor(message: string, facts: Readonly<Record<string, unknown>>) {
    super(message, { code: "checksum-mismatch", facts });
  }
}
