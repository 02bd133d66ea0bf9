/** Which blobs, by their tags. Both conditions hold where both are given; at least one must name a tag. */
export interface TagQuery {
  /** Every one of these. */
  readonly allTags?: readonly string[];
  /** At least one of these. */
  readonly anyTags?: readonly string[];
}

/** A tag in use. */
export interface TagUse {
  readonly tag: string;
  /** Blobs that have it. */
  readonly blobs: number;
}

/** Finds blobs by tag, at a cost proportional to the matches. Declared by `supports.tags`. */
export interface TagIndex {
  /** The tags in use, ascending by UTF-8 bytes. */
  tags(): AsyncIterable<TagUse>;
  /** The keys of the blobs that match, ascending by UTF-8 bytes, expired ones too. */
  taggedKeys(query: TagQuery): AsyncIterable<string>;
  /**
   * Forgets the blobs that match, pinned ones too.
   *
   * @returns how many there were
   */
  deleteTagged(query: TagQuery): Promise<number>;
}
