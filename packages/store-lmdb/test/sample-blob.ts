import { type BlobOfBytes, type BlobRecord, type CacheBackend, checksumOf, loadXxhash } from "@larder/core";

/** Numbers that look random and are the same for the same seed: xorshift32. */
export function randomNumbers(seed: number): () => number {
  let state = (seed + 1) * 0x9e3779b1;
  return () => {
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    return (state >>> 0) / 0x1_0000_0000;
  };
}

/** Bytes that look random and are the same for the same seed. */
export function sampleBytes(byteLength: number, seed: number): Uint8Array {
  const next = randomNumbers(seed);
  const words = new Uint32Array(Math.ceil(byteLength / 4)).map(() => next() * 0x1_0000_0000);
  return new Uint8Array(words.buffer, 0, byteLength);
}

/** A blob with a true record. */
export async function sampleBlob(bytes: Uint8Array, extra: Partial<BlobRecord> = {}): Promise<BlobOfBytes> {
  const checksum = checksumOf(bytes, await loadXxhash());
  return { bytes, record: { codec: "larder.bytes.1", byteLength: bytes.byteLength, checksum, createdAt: 1, ...extra } };
}

/** The bytes under a key, read to the end; `undefined` for a miss. */
export async function readBytes(backend: CacheBackend, key: string): Promise<Uint8Array | undefined> {
  const stored = await backend.getBlob(key);
  if (stored === undefined) return undefined;
  try {
    return await stored.source.slice(0);
  } finally {
    await stored.close?.();
  }
}
