import type { BlobRecord } from "../blob-record.js";

/** What to keep beside a value. */
export interface SetOptions {
  /** Time to live in seconds, above 0; absent: until deleted. */
  readonly ttlSeconds?: number | undefined;
  /** How long after it has expired the value is kept, in seconds, to be served as stale; needs `ttlSeconds`. Absent: 0. */
  readonly staleSeconds?: number | undefined;
  /** `true`: never evicted for want of space. */
  readonly pinned?: boolean | undefined;
  /** A whole number from 0 (default) to 100: what has a higher one is evicted later, whatever the policy says. */
  readonly priority?: number | undefined;
  /** Words to find the entry by. */
  readonly tags?: readonly string[] | undefined;
  /** What it took to make the value, in seconds, 0 or more. */
  readonly costSeconds?: number | undefined;
  /** Who stores it, such as `flights/clean`. */
  readonly origin?: string | undefined;
  /** `valueDigest` of the value, if it is known. */
  readonly valueDigest?: string | undefined;
  /** Name of the codec to use instead of the first that accepts the value. */
  readonly codec?: string | undefined;
  /**
   * Called by `set` once the value is bytes, before they are stored: from here on the value may be changed. Not called
   * for a value that is not stored. Of a value that is stored as a stream, called once it is stored. Must not throw.
   */
  readonly onEncoded?: ((record: BlobRecord) => void) | undefined;
}

/** What became of a value. */
export type SetOutcome =
  | { readonly stored: true; readonly record: BlobRecord }
  | {
      readonly stored: false;
      /**
       * `uncacheable-value`: no codec takes the value, or the one that does failed. `newer-format`: there is a value which this
       * cache has read, and which a newer version of Larder wrote.
       */
      readonly reason: "uncacheable-value" | "newer-format";
      /** A whole sentence for a person. */
      readonly message: string;
    };
