import { type CacheBackend, LarderError, loadXxhash, verifyChecksum } from "@larder/core";
import type { StoredBytes } from "./value-codecs.js";

/** The blob under a key, verified and whole, read without a transaction; `undefined` when there is none or it is damaged. */
export async function readBlob(backend: CacheBackend, key: string): Promise<StoredBytes | undefined> {
  const stored = await backend.getBlob(key);
  if (stored === undefined) return undefined;
  try {
    const { record, source, verified } = stored;
    const bytes = await source.slice(0);
    if (verified !== true && !verifyChecksum(bytes, record.checksum, await loadXxhash())) return undefined;
    return { record, bytes };
  } catch (error) {
    if (LarderError.isInstance(error, "damaged-blob")) return undefined;
    throw error;
  } finally {
    await stored.close?.();
  }
}
