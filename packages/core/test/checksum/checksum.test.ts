import {
  checksumOf,
  chunkBytes,
  chunkDigests,
  contentDigest,
  loadXxhash,
  verifyChecksum,
  verifyChunks,
} from "@larder/core";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";

const bytesOf = (length: number) =>
  Uint8Array.from({ length }, (_, index) => (index * 31 + (index >> 8) + (index >> 16)) % 256);
const text = (value: string) => new TextEncoder().encode(value);

let xxhash: Awaited<ReturnType<typeof loadXxhash>>;
beforeAll(async () => {
  xxhash = await loadXxhash();
});

describe("checksums of stored bytes", () => {
  it("load xxHash once in a process", async () => {
    expect(await loadXxhash()).toBe(xxhash);
  });

  it("are xxHash up to 64 KiB and BLAKE3 beyond", () => {
    // Published values of XXH64 with seed 0: https://github.com/Cyan4973/xxHash
    expect(checksumOf(text(""), xxhash)).toBe("xxh64:ef46db3751d8e999");
    expect(checksumOf(text("a"), xxhash)).toBe("xxh64:d24ec4f1a98c6e5b");
    expect(checksumOf(bytesOf(65536), xxhash)).toMatch(/^xxh64:[0-9a-f]{16}$/);
    expect(checksumOf(bytesOf(65537), xxhash)).toBe(`blake3:${contentDigest(bytesOf(65537))}`);
  });

  it("hold for the bytes they were made of, and for no others", () => {
    fc.assert(
      fc.property(
        fc.uint8Array({ minLength: 1, maxLength: 500 }),
        fc.nat(),
        fc.integer({ min: 1, max: 255 }),
        (bytes, at, flip) => {
          const checksum = checksumOf(bytes, xxhash);
          expect(verifyChecksum(bytes, checksum, xxhash)).toBe(true);
          const changed = Uint8Array.from(bytes);
          changed[at % bytes.length]! ^= flip;
          expect(verifyChecksum(changed, checksum, xxhash)).toBe(false);
          expect(verifyChecksum(bytes.subarray(1), checksum, xxhash)).toBe(false);
        },
      ),
      { seed: 20260322 },
    );
  });

  it("of either algorithm are understood at every size", () => {
    expect(verifyChecksum(text("a"), `blake3:${contentDigest(text("a"))}`, xxhash)).toBe(true);
    const large = bytesOf(1_000_000);
    expect(verifyChecksum(large, `xxh64:${xxhash.hash64(large).toString(16).padStart(16, "0")}`, xxhash)).toBe(true);
  });

  it("of unknown algorithm or in bad form never hold", () => {
    const digest = contentDigest(text("a"));
    const bad = [
      "",
      "a",
      "xxh64:",
      "xxh64:d24ec4f1a98c6e5",
      "xxh64:D24EC4F1A98C6E5B",
      `BLAKE3:${digest}`,
      `sha256:${digest}`,
      `blake3:${digest} `,
      `blake3:${digest}\n`,
      digest,
    ];
    for (const checksum of bad) expect(verifyChecksum(text("a"), checksum, xxhash), checksum).toBe(false);
    expect(verifyChecksum(text("a"), undefined as unknown as string, xxhash)).toBe(false);
  });
});

describe("digests of chunks", () => {
  const bytes = bytesOf(3 * chunkBytes + 100);

  it("are eight bytes for each 64 KiB", () => {
    expect(chunkDigests(new Uint8Array(), xxhash).byteLength).toBe(0);
    expect(chunkDigests(bytesOf(1), xxhash).byteLength).toBe(8);
    expect(chunkDigests(bytesOf(chunkBytes), xxhash).byteLength).toBe(8);
    expect(chunkDigests(bytes, xxhash).byteLength).toBe(32);
    // Little-endian, so that the format is the same on every machine.
    expect(Buffer.from(chunkDigests(text("a"), xxhash)).toString("hex")).toBe("5b6e8ca9f1c44ed2");
  });

  it("verify any run of whole chunks", () => {
    const digests = chunkDigests(bytes, xxhash);
    for (let first = 0; first <= 4; first++) {
      for (let last = first; last <= 4; last++) {
        const run = bytes.subarray(first * chunkBytes, Math.min(last * chunkBytes, bytes.byteLength));
        expect(verifyChunks(run, first, digests, xxhash)).toBe(true);
      }
    }
  });

  it("find a changed byte in any chunk, also through digests that lie unaligned in memory", () => {
    const digests = new Uint8Array(33).subarray(1);
    digests.set(chunkDigests(bytes, xxhash));
    expect(verifyChunks(bytes, 0, digests, xxhash)).toBe(true);
    for (const at of [0, chunkBytes - 1, chunkBytes, 2 * chunkBytes + 5, bytes.byteLength - 1]) {
      const changed = Uint8Array.from(bytes);
      changed[at]! ^= 1;
      expect(verifyChunks(changed, 0, digests, xxhash)).toBe(false);
    }
  });

  it("refuse a run that is cut, moved or longer than the blob", () => {
    const digests = chunkDigests(bytes, xxhash);
    expect(verifyChunks(bytes.subarray(0, chunkBytes - 1), 0, digests, xxhash)).toBe(false);
    expect(verifyChunks(bytes.subarray(0, chunkBytes), 1, digests, xxhash)).toBe(false);
    expect(verifyChunks(bytes, 1, digests, xxhash)).toBe(false);
    expect(verifyChunks(bytes, -1, digests, xxhash)).toBe(false);
    expect(verifyChunks(bytes, 0.5, digests, xxhash)).toBe(false);
    expect(verifyChunks(bytes, 0, digests.subarray(0, 31), xxhash)).toBe(false);
  });
});
