/** What is known of a blob besides its bytes. Plain JSON, so that any backend can keep it as text. */
export interface BlobRecord {
  /** Name of the codec that made the bytes, such as `larder.structured.1`; a new layout is a new name. */
  readonly codec: string;
  readonly byteLength: number;
  /**
   * Checksum of the bytes, `<algorithm>:<lower-case hexadecimal>`: `xxh64` guards small blobs against accidents,
   * `blake3` (256 bits) names larger ones by content.
   */
  readonly checksum: string;
  /** Absolute time in milliseconds since 1970. */
  readonly createdAt: number;
  /** Absolute time in milliseconds; `expiresAt ≤ now` is expired. Absent: never. */
  readonly expiresAt?: number;
  /**
   * Absolute time in milliseconds, later than `expiresAt`: until then the expired blob is kept, to be served as stale where
   * a caller allows that. Absent: once expired it may be forgotten at any time.
   */
  readonly keepUntil?: number;
  readonly tags?: readonly string[];
  /** `true`: never evicted for want of space. It still expires, and can be deleted. */
  readonly pinned?: boolean;
  /**
   * A whole number from 0 to 100; absent: 0. Blobs of a lower priority are evicted before those of a higher one, whatever the
   * policy says of them; among equals the policy decides.
   */
  readonly priority?: number;
  /** What it took to make the value, in seconds. */
  readonly costSeconds?: number;
  /** Who stored it, such as `flights/clean` for a node. */
  readonly origin?: string;
  /** Digest of the value, the same in every encoding (`valueDigest`); kept for nodes. */
  readonly valueDigest?: string;
  /** Facts of the codec: for tables `rows`, `columns`. */
  readonly details?: JsonObject;
}

/** A value that JSON can carry without loss. */
export type JsonValue = string | number | boolean | null | readonly JsonValue[] | JsonObject;

/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: JsonValue;
}
