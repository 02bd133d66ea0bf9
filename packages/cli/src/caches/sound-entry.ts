import { type Cache, LarderError, loadXxhash, verifiedSource } from "@larder/core";

const pieceBytes = 4 * 1024 * 1024;

/** Whether the bytes under a key are those that were stored; reads them all, a piece at a time. */
export async function soundEntry(cache: Cache, key: string): Promise<boolean> {
  const stored = await cache.backend.getBlob(key);
  if (stored === undefined) return false;
  try {
    const { record, source: raw, verified } = stored;
    const describe = `The entry '${key}'`;
    const source =
      verified === true ? raw : verifiedSource({ source: raw, record, describe, xxhash: await loadXxhash() });
    for (let at = 0; at < record.byteLength; at += pieceBytes) {
      await source.slice(at, Math.min(record.byteLength, at + pieceBytes));
    }
    return true;
  } catch (error) {
    if (LarderError.isInstance(error, "damaged-blob")) return false;
    throw error;
  } finally {
    await stored.close?.();
  }
}
