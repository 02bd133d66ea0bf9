import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { distinctBytes } from "../../../src/dataset/parts/distinct-bytes.js";

const text = fc.string({ unit: fc.constantFrom("a", "b", "\u0000"), maxLength: 6 });
// As many as there is room for, so that they stand in each other's way.
const texts = fc.uniqueArray(text, { maxLength: 14 }).map((some) => [...some, ...some.toReversed()]);

describe("distinct values", () => {
  test("are numbered as they come, equal ones alike, whatever begins like another", () => {
    fc.assert(
      fc.property(texts, (values) => {
        const distinct = distinctBytes(4 * 14);
        const known = new Map<string, number>();
        for (const value of values) {
          if (!known.has(value)) known.set(value, known.size);
          const bytes = Buffer.from(`x${value}y`);
          expect(distinct.placeOf(bytes, 1, bytes.byteLength - 1)).toBe(known.get(value));
        }
        const { count, offsets, bytes } = distinct.entries();
        const entries = Array.from({ length: count }, (_, i) =>
          Buffer.from(bytes.subarray(offsets[i]!, offsets[i + 1]!)).toString(),
        );
        expect(entries).toEqual([...known.keys()]);
      }),
      { seed: 20261134, numRuns: 500 },
    );
  });

  test("fill all of their table, and are given up beyond it", () => {
    const distinct = distinctBytes(4 * 300);
    const place = (i: number) => distinct.placeOf(Buffer.from(String(i)), 0, String(i).length);
    for (let i = 0; i < 300; i++) expect(place(i)).toBe(i);
    for (let i = 0; i < 300; i++) expect(place(i)).toBe(i);
    expect(place(300)).toBe(-1);
  });

  test("are given up when few repeat, or one is long", () => {
    const distinct = distinctBytes(1_000_000);
    const places = Array.from({ length: 1024 }, (_, i) =>
      distinct.placeOf(Buffer.from(String(i)), 0, String(i).length),
    );
    expect(places.indexOf(-1)).toBe(1023);
    expect(distinctBytes(1000).placeOf(new Uint8Array(500), 0, 500)).toBe(-1);
  });
});
