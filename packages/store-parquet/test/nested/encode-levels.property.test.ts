import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { unpackRuns } from "../../src/format/run-length.js";
import { encodeLevels } from "../../src/write/nested/encode-levels.js";

describe("levels in runs", () => {
  test("are read back as they were, wherever runs begin and end", () => {
    const runs = fc.array(
      fc.tuple(fc.nat(255), fc.oneof(fc.integer({ min: 1, max: 3 }), fc.integer({ min: 1, max: 40 }))),
    );
    fc.assert(
      fc.property(runs, fc.integer({ min: 1, max: 255 }), fc.nat(20), fc.nat(20), (parts, most, head, tail) => {
        const levels = Uint8Array.from(parts.flatMap(([level, count]) => new Array(count).fill(level % (most + 1))));
        const from = Math.min(head, levels.length);
        const to = Math.max(from, levels.length - tail);
        const bytes = encodeLevels(levels, from, to, most);
        const read = unpackRuns(bytes, 32 - Math.clz32(most), to - from);
        expect(Array.from(read)).toEqual(Array.from(levels.subarray(from, to)));
      }),
      { seed: 20261210, numRuns: 2_000 },
    );
  });

  test("take next to nothing where they repeat, and no more than their bits where they do not", () => {
    expect(encodeLevels(new Uint8Array(1_000_000).fill(3), 0, 1_000_000, 3).byteLength).toBeLessThan(6);
    const mixed = Uint8Array.from({ length: 80_000 }, (_, i) => (i * 7) % 3);
    expect(encodeLevels(mixed, 0, 80_000, 2).byteLength).toBeLessThan(20_010);
    expect(encodeLevels(mixed, 0, 80_000, 0).byteLength).toBe(0);
  });
});
