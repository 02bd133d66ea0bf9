import type { BlobRecord } from "../blob-record.js";
import { checksumOf } from "../checksum/checksum.js";
import { loadXxhash } from "../checksum/xxhash.js";

/** Bytes that look random and are the same for the same seed. */
export function sampleBytes(byteLength: number, seed = byteLength): Uint8Array {
  const words = new Uint32Array(Math.ceil(byteLength / 4));
  let state = Math.imul(seed + 1, 0x9e3779b1) || 1;
  for (let i = 0; i < words.length; i++) {
    // xorshift32
    state ^= state << 13;
    state ^= state >>> 17;
    state ^= state << 5;
    words[i] = state;
  }
  return new Uint8Array(words.buffer, 0, byteLength);
}

/** A true record of bytes: the codec that keeps bytes as they are, a fixed time, their checksum. */
export async function recordOf(bytes: Uint8Array, extra: Partial<BlobRecord> = {}): Promise<BlobRecord> {
  return {
    codec: "larder.bytes.1",
    byteLength: bytes.byteLength,
    checksum: checksumOf(bytes, await loadXxhash()),
    createdAt: 1_700_000_000_000,
    ...extra,
  };
}

/** A record with every field there is. */
export const fullRecordFields = {
  codec: "someone.else.7",
  createdAt: 1_712_345_678_901,
  expiresAt: 4_102_444_800_000,
  keepUntil: 4_102_444_900_000,
  pinned: true,
  priority: 73,
  tags: ["flights", "a tag with spaces", ""],
  costSeconds: 12.345678901234567,
  origin: "flights/clean",
  valueDigest: "0123456789abcdef".repeat(4),
  details: {
    rows: 3_000_000,
    ratio: 0.1,
    sorted: true,
    none: null,
    columns: ["date", "delay"],
    nested: { deep: [{ er: [] }, {}] },
  },
} as const satisfies Partial<BlobRecord>;

/** Of a blob that has expired and is to be kept all the same, until 2100. */
export const expiredButKept = { createdAt: 1000, expiresAt: 2000, keepUntil: 4_102_444_800_000 } as const;

/** Numbers that look random, from 0 to less than 1, and are the same for the same seed: mulberry32. */
export function sampleChance(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
