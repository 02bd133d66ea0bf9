import { compareKeys } from "@larder/core";
import fc from "fast-check";
import { expect, it } from "vitest";
import type { Manifest } from "../../src/manifest/manifest.js";
import { parseManifest } from "../../src/manifest/parse-manifest.js";
import { serializeManifest } from "../../src/manifest/serialize-manifest.js";
import { anyManifest } from "./any-manifest.js";

/** What is absent and what is undefined are the same. */
function plain(manifest: Manifest): unknown {
  return JSON.parse(JSON.stringify({ ...manifest, items: [...manifest.items].sort(([a], [b]) => compareKeys(a, b)) }));
}

it("any manifest that is written is read back the same, with every name and every unknown field", () => {
  fc.assert(
    fc.property(anyManifest, (manifest) => {
      expect(plain(parseManifest(serializeManifest(manifest)))).toEqual(plain(manifest));
    }),
  );
});

it("the same manifest gives the same bytes, whatever order its items came in", () => {
  fc.assert(
    fc.property(anyManifest, fc.infiniteStream(fc.nat()), (manifest, numbers) => {
      const shuffled = [...manifest.items].map((entry) => [numbers.next().value as number, entry] as const);
      const items = new Map(shuffled.sort(([a], [b]) => a - b).map(([, entry]) => entry));
      expect(serializeManifest({ ...manifest, items })).toEqual(serializeManifest(manifest));
    }),
  );
});

it("bytes that were damaged anywhere are read as some manifest or refused, and nothing else happens", () => {
  fc.assert(
    fc.property(anyManifest, fc.nat(), fc.integer({ min: 0, max: 255 }), (manifest, at, byte) => {
      const bytes = serializeManifest(manifest);
      bytes[at % bytes.length] = byte;
      try {
        parseManifest(bytes);
      } catch (error) {
        expect(error).toMatchObject({ code: expect.stringMatching(/^(invalid-manifest|newer-format)$/) });
      }
    }),
    { numRuns: 1000 },
  );
});
