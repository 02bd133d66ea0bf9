import { closeSync, constants, fstatSync, openSync, readSync } from "node:fs";
import { type BlobInView, type BlobRecord, verifyChecksum } from "@larder/core";
import { blobPath } from "../blob-address.js";
import { indexKey, keyBytes } from "../entry-key.js";
import { decodeRecord } from "../record-format.js";
import { decodeRow, type Row, rowKinds, storedSequence } from "../row-format.js";
import { systemCode } from "../store-error.js";
import { referenceOf, type StoreContext } from "../store-operations.js";

/** An entry whose row is sound. The arrays of the row are views that the next read overwrites. */
export interface SoundRow {
  readonly place: Uint8Array;
  readonly name: Uint8Array;
  readonly row: Row;
  readonly record: BlobRecord;
  readonly storedSequence: number;
}

/** The row under a key, or `undefined` when there is none or it is damaged. */
export function readRowNow({ environment, xxhash }: StoreContext, key: string): SoundRow | undefined {
  const name = keyBytes(key);
  const place = indexKey(name);
  const bytes = environment.entries.read(place);
  const row = bytes && decodeRow(bytes, name, xxhash);
  const record = row && decodeRecord(row.head);
  if (record === undefined) return undefined;
  const sound = row!.kind === rowKinds.inline || referenceOf(row) !== undefined;
  return sound ? { place, name, row: row!, record, storedSequence: storedSequence(bytes!) } : undefined;
}

/**
 * The blob under a key, copied and verified, without giving the event loop away; `undefined` when there is none or it is
 * damaged. What is damaged stays where it is: a transaction has no other effects than its changes.
 *
 * @throws what the file system says when it can't open or read a file that is there
 */
export function readBlobNow(
  context: StoreContext,
  key: string,
): (BlobInView & { readonly storedSequence: number }) | undefined {
  const found = readRowNow(context, key);
  if (found === undefined) return undefined;
  const { row, record, storedSequence } = found;
  const reference = referenceOf(row);
  const bytes =
    reference === undefined
      ? new Uint8Array(row.payload) // checked with its row
      : readFileNow(blobPath(context.root, reference), record.byteLength);
  if (bytes?.byteLength !== record.byteLength) return undefined;
  if (reference !== undefined && !verifyChecksum(bytes, record.checksum, context.xxhash)) return undefined;
  return { record, bytes, storedSequence };
}

const gone: ReadonlySet<string | undefined> = new Set(["ENOENT", "ENOTDIR", "ELOOP"]);

function readFileNow(path: string, byteLength: number): Uint8Array | undefined {
  let file: number;
  try {
    file = openSync(path, constants.O_RDONLY | (constants.O_NOFOLLOW ?? 0));
  } catch (error) {
    if (gone.has(systemCode(error))) return undefined;
    throw error;
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.size !== byteLength) return undefined;
    const bytes = new Uint8Array(byteLength);
    for (let at = 0; at < byteLength; ) {
      const read = readSync(file, bytes, at, byteLength - at, at);
      if (read === 0) return undefined;
      at += read;
    }
    return bytes;
  } finally {
    closeSync(file);
  }
}
