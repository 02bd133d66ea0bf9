import { chunkDigests, contentDigest, loadXxhash } from "@larder/core";
import fc from "fast-check";
import { expect, test } from "vitest";
import { hashers } from "../../src/reading/transfer-hashers.js";
import { sampleBytes } from "./published-bundle.js";

test("what the store keeps of bytes is the same in whichever pieces they come", async () => {
  const bytes = sampleBytes(300_000);
  const xxhash = await loadXxhash();
  const sizes = fc.array(fc.oneof(fc.integer({ min: 0, max: 70_000 }), fc.constantFrom(65_536, 131_072)), {
    maxLength: 12,
  });
  const algorithm = fc.constantFrom("sha256" as const, "blake3" as const);
  await fc.assert(
    fc.asyncProperty(sizes, algorithm, fc.integer({ min: 0, max: 300_000 }), async (lengths, algorithm, end) => {
      const hasher = await hashers({ algorithm, tellsStored: true });
      let at = 0;
      for (const length of [...lengths, end]) {
        hasher.update(bytes.subarray(at, Math.min(end, at + length)));
        at = Math.min(end, at + length);
      }
      const { stored } = hasher.digests();
      const whole = bytes.subarray(0, end);
      expect(stored?.blake3).toBe(contentDigest(whole));
      expect(Buffer.compare(stored!.chunkDigests, chunkDigests(whole, xxhash))).toBe(0);
    }),
    { numRuns: 50 },
  );
});
