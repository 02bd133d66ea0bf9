import { contentDigest } from "@larder/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import { chunkDigester } from "../../src/writing/chunk-digester.js";
import { chunkBytesFor } from "../../src/writing/measure-chunks.js";

it("chunks have the digests of their bytes, in whatever pieces these come", () => {
  fc.assert(
    fc.property(
      fc.uint8Array({ maxLength: 200 }),
      fc.array(fc.nat({ max: 50 }), { maxLength: 20 }),
      fc.integer({ min: 1, max: 40 }),
      (bytes, lengths, chunkBytes) => {
        const digester = chunkDigester(chunkBytes);
        let at = 0;
        for (const length of [...lengths, bytes.byteLength]) {
          digester.update(bytes.subarray(at, at + length));
          at = Math.min(at + length, bytes.byteLength);
        }
        const expected: string[] = [];
        for (let start = 0; start < bytes.byteLength; start += chunkBytes) {
          expected.push(contentDigest(bytes.subarray(start, start + chunkBytes)));
        }
        expect(Buffer.from(digester.digests()).toString("hex")).toBe(expected.join(""));
      },
    ),
    { seed: 14, numRuns: 500 },
  );
});

it("chunks are larger where the list would be longer than 1 MiB, up to 1 MiB each", () => {
  const mebi = 2 ** 20;
  expect([0, 512 * mebi, 512 * mebi + 1, 1024 * mebi, 2 ** 40].map(chunkBytesFor)).toEqual([
    16_384, 16_384, 32_768, 32_768, 1_048_576,
  ]);
});
