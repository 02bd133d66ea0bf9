import type { BlobRecord } from "../blob-record.js";

/** A record without what only the bytes can tell. */
export type RecordOfStream = Omit<BlobRecord, "byteLength" | "checksum">;

/** The record of a stream, or a function that gives it: called once, when the last chunk has been read. */
export type StreamRecord = RecordOfStream | (() => RecordOfStream);

/** Stores blobs larger than memory. Declared by `supports.streams`. */
export interface BlobStreams {
  /**
   * Stores what arrives in place of what the key had. When `chunks` throws, nothing is stored and it throws the same.
   *
   * @param record - an object is copied before this first waits
   * @returns the complete record
   */
  setBlobStream(key: string, chunks: AsyncIterable<Uint8Array>, record: StreamRecord): Promise<BlobRecord>;
}

/** The record of a stream as it will be kept: an object is copied now, a function is asked when the stream has ended. */
export function recordAtEnd(record: StreamRecord): () => RecordOfStream {
  if (typeof record === "function") return record;
  const kept = structuredClone(record);
  return () => kept;
}
