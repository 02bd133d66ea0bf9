import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { checksumAlgorithms } from "../../src/manifest/checksum-format.js";
import { checksumHasher, checksumOfBytes } from "../../src/manifest/checksum-hasher.js";
import type { ChecksumAlgorithm } from "../../src/manifest/manifest.js";

const abc = new TextEncoder().encode("abc");

describe("checksums are those of the published examples", () => {
  // Sources: RFC 1321, FIPS 180-4, the BLAKE3 test vectors, and the reference implementation of xxHash.
  const examples: readonly (readonly [ChecksumAlgorithm, empty: string, abc: string])[] = [
    ["md5", "d41d8cd98f00b204e9800998ecf8427e", "900150983cd24fb0d6963f7d28e17f72"],
    ["sha1", "da39a3ee5e6b4b0d3255bfef95601890afd80709", "a9993e364706816aba3e25717850c26c9cd0d89d"],
    [
      "sha256",
      "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855",
      "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad",
    ],
    [
      "blake3",
      "af1349b9f5f9a1a6a0404dea36dcc9499bcb25c9adc112b7cc9a93cae41f3262",
      "6437b3ac38465133ffb63b75273a8db548c558465d79db03fd359c6cd5bd9d85",
    ],
    ["xxh128", "99aa06d3014798d86001c324468d497f", "06b05ab6733a618578af5f94892f3950"],
  ];
  for (const [algorithm, empty, three] of examples) {
    it(algorithm, async () => {
      expect(await checksumOfBytes(algorithm, new Uint8Array())).toBe(empty);
      expect(await checksumOfBytes(algorithm, abc)).toBe(three);
    });
  }
});

it("a checksum does not depend on how the bytes are cut", async () => {
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.uint8Array({ maxLength: 200 }), { maxLength: 8 }),
      fc.constantFrom(...checksumAlgorithms),
      async (pieces, algorithm) => {
        const hasher = await checksumHasher(algorithm);
        for (const piece of pieces) hasher.update(piece);
        expect(hasher.digest()).toBe(await checksumOfBytes(algorithm, Buffer.concat(pieces)));
      },
    ),
  );
});

it("an algorithm that does not exist is an error that names those that do", async () => {
  const error = checksumHasher("crc32" as ChecksumAlgorithm);
  await expect(error).rejects.toMatchObject({ code: "unknown-algorithm", message: expect.stringContaining("sha256") });
  await expect(checksumHasher("toString" as ChecksumAlgorithm)).rejects.toMatchObject({ code: "unknown-algorithm" });
});
