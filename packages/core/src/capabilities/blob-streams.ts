import type { BlobRecord } from "../blob-record.js";

/** A record without what only the bytes can tell. */
export type RecordOfStream = Omit<BlobRecord, "byteLength" | "checksum">;

/** Stores blobs larger than memory. Declared by `supports.streams`. */
export interface BlobStreams {
  /**
   * Stores what arrives in place of what the key had. When `chunks` throws, nothing is stored and it throws the same.
   *
   * @returns the complete record
   */
  setBlobStream(key: string, chunks: AsyncIterable<Uint8Array>, record: RecordOfStream): Promise<BlobRecord>;
}
