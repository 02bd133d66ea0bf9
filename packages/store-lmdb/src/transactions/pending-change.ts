import {
  type BlobInView,
  type BlobRecord,
  chunkDigests,
  contentDigest,
  verifyChecksum,
  type Xxhash,
} from "@larder/core";
import { decodeRecord, encodeRecord } from "../record-format.js";
import { type TemporaryBlob, wrongChecksum, wrongLength } from "../temporary-blob.js";
import type { RecordToStore } from "../write-blob.js";

/** What a transaction is to do with a key, once its body has returned. */
export type PendingChange =
  | { readonly kind: "delete" }
  /** Another record for the bytes that are stored. */
  | { readonly kind: "record"; readonly record: RecordToStore }
  /** A blob; `file`: its bytes go to a file. */
  | {
      readonly kind: "set";
      readonly record: RecordToStore;
      readonly bytes: Uint8Array;
      readonly file?: Omit<TemporaryBlob, "path">;
    };

/**
 * A blob to be stored, copied.
 *
 * @throws LarderError `wrong-blob-length`, `wrong-checksum` when the bytes are not those of the record
 */
export function pendingSet(blob: BlobInView, inlineLimitBytes: number, xxhash: Xxhash): PendingChange {
  const record = copiedRecord(blob.record);
  const { byteLength, checksum } = record.record;
  if (blob.bytes.byteLength !== byteLength) throw wrongLength(byteLength, blob.bytes.byteLength);
  const bytes = new Uint8Array(blob.bytes);
  if (byteLength <= inlineLimitBytes) {
    if (!verifyChecksum(bytes, checksum, xxhash)) throw wrongChecksum(checksum);
    return { kind: "set", record, bytes };
  }
  const digest = contentDigest(bytes);
  const sound = checksum === `blake3:${digest}` || verifyChecksum(bytes, checksum, xxhash);
  if (!sound) throw wrongChecksum(checksum);
  return { kind: "set", record, bytes, file: { byteLength, digest, chunks: chunkDigests(bytes, xxhash) } };
}

/** A record as it is now. */
export function copiedRecord(record: BlobRecord): RecordToStore {
  const head = encodeRecord(record);
  return { record: decodeRecord(head)!, head };
}
