import type { StoredBlob } from "../backend.js";
import type { BlobRecord } from "../blob-record.js";
import { type BlobSource, checkRange, copyInto } from "../blob-source.js";
import { verifyChecksum } from "../checksum/checksum.js";
import type { Xxhash } from "../checksum/xxhash.js";
import { DamagedBlobError } from "../errors.js";
import type { EntryUse } from "../eviction/eviction-policy.js";
import { evictionPriority } from "../eviction/eviction-priority.js";

/** What an entry is taken to need besides its bytes and texts: objects, and its rows in the orders. */
const overheadBytes = 256;

/** A blob in memory. What it is never changes; how it was used does. */
export interface MemoryEntry extends EntryUse {
  readonly key: string;
  readonly record: BlobRecord;
  /** Nobody else has them. */
  readonly bytes: Uint8Array;
  readonly stored: StoredBlob;
  /** `evictionPriority` of its record. */
  readonly priority: number;
  storedSequence: number;
  usedSequence: number;
  hits: number;
  /** See `evictionRank`. */
  rank: number;
}

/**
 * An entry that is not stored yet.
 *
 * @param record - frozen, and nobody else's
 * @param bytes - nobody else's, as many as the record says
 */
export function memoryEntry(key: string, record: BlobRecord, bytes: Uint8Array, xxhash: Xxhash): MemoryEntry {
  return {
    key,
    record,
    bytes,
    stored: Object.freeze({ record, verified: true, source: memorySource(key, record, bytes, xxhash) }),
    sizeBytes: accountedBytes(key, record, bytes.byteLength),
    costSeconds: record.costSeconds ?? 0,
    priority: evictionPriority(record),
    storedSequence: 0,
    usedSequence: 0,
    hits: 0,
    rank: 0,
  };
}

/** From when on an entry may be forgotten, in milliseconds since 1970; `undefined`: never. */
export function forgottenFrom(record: BlobRecord): number | undefined {
  return record.expiresAt === undefined ? undefined : (record.keepUntil ?? record.expiresAt);
}

/** Bytes, key in UTF-8, what in the record may be long, and a constant. */
function accountedBytes(key: string, record: BlobRecord, byteLength: number): number {
  let size = overheadBytes + byteLength + Buffer.byteLength(key);
  for (const part of [record.tags, record.origin, record.details]) {
    if (part !== undefined) size += Buffer.byteLength(JSON.stringify(part));
  }
  return size;
}

/**
 * A source over bytes that nobody else has. They are checked once, at the first read: nothing can change them after.
 * Readers get copies, so none can write to what is kept.
 */
function memorySource(key: string, record: BlobRecord, bytes: Uint8Array, xxhash: Xxhash): BlobSource {
  let checked = false;
  const check = (): void => {
    checked ||= verifyChecksum(bytes, record.checksum, xxhash);
    if (checked) return;
    const reason = "its bytes do not meet the checksum they were stored with";
    throw new DamagedBlobError(`The blob under '${key}'`, { key, reason, checksum: record.checksum });
  };
  return {
    byteLength: bytes.byteLength,
    blockBytes: 1,
    slice(start, end = bytes.byteLength) {
      checkRange(start, end, bytes.byteLength);
      check();
      return new Uint8Array(bytes.subarray(start, end));
    },
    readInto(start, targets) {
      check();
      copyInto(bytes, start, targets);
    },
  };
}
