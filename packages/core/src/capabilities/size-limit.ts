/** What a backend holds. Sizes are as accounted: what the blobs take up, not what they contain. */
export interface Volume {
  /** Blobs, expired ones too. */
  readonly entries: number;
  /** What they take up in bytes, with their records; a file counts in whole blocks, once, however many blobs share it. */
  readonly sizeBytes: number;
  /** Reserved by writes under way. */
  readonly reservedBytes: number;
  /** `undefined`: no limit. */
  readonly limitBytes: number | undefined;
}

/** Knows its size and keeps to a limit. Declared by `supports.sizeLimit`. */
export interface SizeLimit {
  /** What is held now. Exact under concurrent writers: `sizeBytes + reservedBytes` never passes `limitBytes`. */
  volume(): Promise<Volume>;
  /**
   * Removes what has expired for good, then evicts in the order of the policy until `sizeBytes` is at most `targetBytes`,
   * or nothing more may be evicted. Default: the limit.
   *
   * @returns how many blobs went
   */
  cull(targetBytes?: number): Promise<number>;
}
