/**
 * What a backend can do beyond the five methods. Each is an interface of its own next to `CacheBackend`; a backend that
 * declares one has that interface's methods, and the conformance suite holds it to them.
 */
export interface BackendCapabilities {
  /** What is stored outlives the process and is seen by other processes. */
  readonly persistent?: boolean;
  /** The backend is an {@link EntryIndex}: it lists its keys in order and deletes single blobs. */
  readonly entryIndex?: boolean;
  /** The backend is a {@link TagIndex}: it finds and deletes blobs by the tags in their records. */
  readonly tags?: boolean;
  /** The backend has {@link Leases}: one owner at a time over all processes that share it. */
  readonly leases?: boolean;
  /** The backend has {@link Transactions}: several keys read and changed as one step. */
  readonly transactions?: boolean;
  /** The backend has {@link Counters}: named numbers that processes add to. */
  readonly counters?: boolean;
  /** The backend has {@link BlobStreams}: a blob can be stored before its length and checksum are known. */
  readonly streams?: boolean;
  /** The backend has a {@link SizeLimit}: it says what it holds, and evicts. */
  readonly sizeLimit?: boolean;
}
