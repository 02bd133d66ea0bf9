import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { type ByteExtent, cut, uncovered } from "../../src/ranges/byte-extents.js";

const extent = fc.tuple(fc.nat(60), fc.nat(60)).map(([one, other]) => ({
  start: Math.min(one, other),
  end: Math.max(one, other),
}));
const bytesOf = (extents: readonly ByteExtent[]): Set<number> =>
  new Set(extents.flatMap(({ start, end }) => Array.from({ length: end - start }, (_, i) => start + i)));

describe("ranges of bytes", () => {
  it("are missing where no other covers them, and only there", () => {
    fc.assert(
      fc.property(extent, fc.array(extent, { maxLength: 8 }), (wanted, others) => {
        const left = uncovered(wanted, others);
        const covered = bytesOf(others);
        const missing = [...bytesOf([wanted])].filter((byte) => !covered.has(byte));
        expect([...bytesOf(left)]).toEqual(missing);
        for (const { start, end } of left) expect(end).toBeGreaterThan(start);
        for (let i = 1; i < left.length; i++) expect(left[i]!.start).toBeGreaterThan(left[i - 1]!.end);
      }),
      { seed: 11, numRuns: 500 },
    );
  });

  it("are cut into pieces that are them again", () => {
    fc.assert(
      fc.property(extent, fc.integer({ min: 1, max: 20 }), (wanted, most) => {
        const pieces = cut(wanted, most);
        expect([...bytesOf(pieces)]).toEqual([...bytesOf([wanted])]);
        for (const { start, end } of pieces) expect(end - start).toBeLessThanOrEqual(most);
      }),
      { seed: 12, numRuns: 200 },
    );
  });
});
