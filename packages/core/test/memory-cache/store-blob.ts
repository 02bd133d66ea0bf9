import { type BlobRecord, checksumOf, loadXxhash, type MemoryCache } from "../../src/index.js";

const xxhash = await loadXxhash();

/** A record of so many zeros, by default 100. */
export function recordOfZeros(extra: Partial<BlobRecord> = {}, byteLength = 100): BlobRecord {
  const checksum = checksumOf(new Uint8Array(byteLength), xxhash);
  return { codec: "larder.bytes.1", byteLength, checksum, createdAt: 1_700_000_000_000, ...extra };
}

/** Stores so many zeros. */
export async function storeBlob(
  cache: MemoryCache,
  key: string,
  extra?: Partial<BlobRecord>,
  byteLength = 100,
): Promise<void> {
  await cache.setBlob(key, { record: recordOfZeros(extra, byteLength), bytes: new Uint8Array(byteLength) });
}
