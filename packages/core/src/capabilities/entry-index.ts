/** Which keys, and in which order. Every bound is by UTF-8 bytes; those given together all hold. */
export interface KeyRange {
  /** Keys that begin with it. */
  readonly prefix?: string;
  /** This key and those after it. */
  readonly from?: string;
  /** Keys before this one. */
  readonly before?: string;
  /** Descending instead of ascending. */
  readonly reverse?: boolean;
  /** At most so many, a whole number, 0 or more. */
  readonly limit?: number;
}

/** Lists and deletes single blobs. Declared by `supports.entryIndex`. */
export interface EntryIndex {
  /**
   * The keys of all blobs in a range, ascending by UTF-8 bytes, expired ones too. Keys set or deleted while this runs
   * may or may not be among them; no others are left out.
   */
  keys(range?: KeyRange): AsyncIterable<string>;
  /** Forgets one blob; `false` when there was none. */
  deleteBlob(key: string): Promise<boolean>;
}
