/**
 * What a backend can do beyond the five methods. Each is an interface of its own next to `CacheBackend`; a backend that
 * declares one has that interface's methods, and the conformance suite holds it to them.
 */
export interface BackendCapabilities {
  /** The backend is an {@link EntryIndex}: it lists its keys and deletes single blobs. */
  readonly entryIndex?: boolean;
  /** What is stored outlives the process and is seen by other processes. */
  readonly persistent?: boolean;
}

/** Lists and deletes single blobs. Declared by `supports.entryIndex`. */
export interface EntryIndex {
  /** The keys of all blobs that begin with `prefix`, ascending by UTF-8 bytes. */
  keys(options?: { readonly prefix?: string }): AsyncIterable<string>;
  /** Forgets one blob; `false` when there was none. */
  deleteBlob(key: string): Promise<boolean>;
}
