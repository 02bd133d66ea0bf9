import * as fc from "fast-check";
import { expect, it } from "vitest";
import { extractKind } from "../../src/extract-kind.js";
import { dealOut } from "../../src/pool/deal-out.js";

const files = fc.array(
  fc.record({
    path: fc.constantFrom("/a.ts", "/b.js", "/c.d.ts", "/d.mts"),
    sha256: fc.string({ minLength: 4, maxLength: 4 }),
    size: fc.oneof(fc.integer({ min: 0, max: 5000 }), fc.integer({ min: 0, max: 2 ** 20 })),
  }),
  { maxLength: 300 },
);

it("deals each file out once, alike together, large ones alone and first", () => {
  fc.assert(
    fc.property(files, (all) => {
      const chunks = dealOut(all);
      expect(new Set(chunks.flat())).toEqual(new Set(all));
      expect(chunks.flat().length).toBe(all.length);
      const sizes = chunks.map((chunk) => chunk.reduce((sum, { size }) => sum + size, 0));
      expect([...sizes].sort((a, b) => b - a)).toEqual(sizes);
      for (const [at, chunk] of chunks.entries()) {
        expect(new Set(chunk.map(({ path }) => extractKind(path))).size).toBe(1);
        expect(chunk.length).toBeLessThanOrEqual(64);
        if (chunk.length > 1) expect(sizes[at]).toBeLessThanOrEqual(256 * 1024);
      }
    }),
  );
});
