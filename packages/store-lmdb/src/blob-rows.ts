import type { Xxhash } from "@larder/core";
import { addressKey, type BlobAddress } from "./blob-address.js";
import type { ByteTable } from "./lmdb-environment.js";
import { decodeRow, encodeRow, rowKinds } from "./row-format.js";

/** What the index knows of a file blob. */
export interface BlobRow {
  /** How many entries point at the file. */
  readonly count: number;
  readonly byteLength: number;
}

/** So many that the file is never freed: what stands in for a count that was damaged, because losing bytes is worse. */
export const unknownCount = 0xffff_ffff;

/** The row of a file blob; `undefined` when there is none. A damaged one counts {@link unknownCount}. */
export function readBlobRow(blobs: ByteTable, address: BlobAddress, xxhash: Xxhash): BlobRow | undefined {
  const key = addressKey(address);
  const bytes = blobs.read(key);
  return bytes && (parseBlobRow(bytes, key, xxhash) ?? { count: unknownCount, byteLength: -1 });
}

/** The content of a blob row, or `undefined` when it is damaged. */
export function parseBlobRow(bytes: Uint8Array, key: Uint8Array, xxhash: Xxhash): BlobRow | undefined {
  const row = decodeRow(bytes, key, xxhash);
  if (row?.kind !== rowKinds.fileBlob || row.payload.byteLength !== 12) return undefined;
  const view = new DataView(row.payload.buffer, row.payload.byteOffset, row.payload.byteLength);
  return { count: view.getUint32(0, true), byteLength: view.getFloat64(4, true) };
}

/** Writes the row of a file blob. */
export function writeBlobRow(blobs: ByteTable, address: BlobAddress, row: BlobRow, xxhash: Xxhash): void {
  const key = addressKey(address);
  const payload = Buffer.alloc(12);
  payload.writeUInt32LE(row.count, 0);
  payload.writeDoubleLE(row.byteLength, 4);
  blobs.write(key, encodeRow({ kind: rowKinds.fileBlob, key, payload }, xxhash));
}
