import type { CacheBackend } from "../backend.js";
import type { BlobRecord } from "../blob-record.js";
import type { EntryIndex } from "../capabilities/index.js";
import { backendFailure } from "./backend-failure.js";
import { release } from "./entry-reader.js";

/**
 * What stands for a deleted blob in a backend that can't delete: empty, and expired since 1970, so that every reader
 * takes it for a miss.
 */
const tombstone: BlobRecord = Object.freeze({
  codec: "larder.bytes.1",
  byteLength: 0,
  checksum: "xxh64:ef46db3751d8e999",
  createdAt: 0,
  expiresAt: 0,
});

/**
 * Deletes one blob; `false` when there was none. A backend without `supports.entryIndex` gets a tombstone instead.
 *
 * @throws LarderError `backend-failed`, or the backend's own
 */
export async function deleteBlobOf(backend: CacheBackend, key: string): Promise<boolean> {
  try {
    if (backend.supports?.entryIndex === true) return await (backend as CacheBackend & EntryIndex).deleteBlob(key);
    const stored = await backend.getBlob(key);
    if (stored === undefined || stored === null) return false;
    await release(stored);
    if (stored.record.expiresAt === 0 && stored.record.byteLength === 0) return false;
    await backend.setBlob(key, { record: tombstone, bytes: new Uint8Array(0) });
    return true;
  } catch (error) {
    throw backendFailure("delete", key, error);
  }
}
