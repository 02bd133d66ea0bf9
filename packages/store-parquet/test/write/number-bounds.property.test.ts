import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { boundsOf } from "../../src/write/column-bounds.js";
import { usedOf } from "../../src/write/index-bodies.js";

const seed = 20_261_129;

const bytesOver = (values: ArrayBufferView): Uint8Array =>
  new Uint8Array(values.buffer, values.byteOffset, values.byteLength);

describe(`bounds of numbers (seed ${seed})`, () => {
  /** Bits of doubles, many of them with the same upper half, or the last ones of their kind. */
  const half = fc.oneof(
    fc.constantFrom(0, 1, 0x7fff_ffff, 0x8000_0000, 0xffff_ffff, 0x7ff0_0000, 0xfff0_0000, 0x7ff8_0000, 0x3ff0_0000),
    fc.constantFrom(0x7fef_ffff, 0xffef_ffff, 0xbff0_0000, 0xfff8_0000),
    fc.integer({ min: 0, max: 0xffff_ffff }),
  );
  const bits = fc.array(fc.tuple(half, half), { minLength: 1, maxLength: 60 });

  test("of doubles are the least and the greatest, NaN left out", () => {
    fc.assert(
      fc.property(bits, (pairs) => {
        const bytes = bytesOver(Uint32Array.from(pairs.flat()));
        const values = [...new Float64Array(bytes.buffer)];
        const numbers = values.filter((value) => !Number.isNaN(value));
        const found = boundsOf("float64", { kind: "fixed", width: 8, bytes }, values.length);
        if (numbers.length === 0) {
          expect(found).toBeUndefined();
          return;
        }
        const [min, max] = [Math.min(...numbers), Math.max(...numbers)];
        const doubleOf = (bound: Uint8Array): number => new Float64Array(bound.slice().buffer)[0]!;
        expect(doubleOf(found!.min)).toBe(min === 0 ? -0 : min);
        expect(doubleOf(found!.max)).toBe(max === 0 ? 0 : max);
        expect(found!.hasNan === true).toBe(numbers.length < values.length);
      }),
      { seed, numRuns: 3000 },
    );
  });

  test.each(["int64", "uint64"] as const)("of %s are the least and the greatest", (order) => {
    const Values = order === "int64" ? BigInt64Array : BigUint64Array;
    fc.assert(
      fc.property(bits, (pairs) => {
        const bytes = bytesOver(Uint32Array.from(pairs.flat()));
        const sorted = new Values(bytes.slice().buffer).sort();
        const { min, max } = boundsOf(order, { kind: "fixed", width: 8, bytes }, pairs.length)!;
        expect(new Values(min.slice().buffer)[0]).toBe(sorted[0]);
        expect(new Values(max.slice().buffer)[0]).toBe(sorted.at(-1));
      }),
      { seed, numRuns: 2000 },
    );
  });
});

describe(`the entries that indices use (seed ${seed})`, () => {
  const sizes = fc.oneof(fc.integer({ min: 1, max: 5 }), fc.integer({ min: 100, max: 256 }));
  const counts = fc.oneof(fc.nat(40), fc.integer({ min: 4085, max: 4120 }), fc.constant(9001));
  const kinds = fc.constantFrom(Uint8Array, Uint16Array, Int32Array);

  test("are those found one by one, and one without an entry is refused wherever it stands", () => {
    fc.assert(
      fc.property(sizes, counts, kinds, fc.nat(3), fc.nat(), fc.nat(), (size, count, Kind, skipped, step, place) => {
        const all = Kind.from(Array.from({ length: count + skipped }, (_, i) => (i * ((step % 7) + 1)) % size));
        const indices = all.subarray(skipped);
        const wanted = new Uint8Array(size);
        for (const index of indices) wanted[index] = 1;
        expect(usedOf(indices, size)).toEqual(wanted);
        if (count === 0 || size === 256) return;
        for (const beyond of [size, 255]) {
          indices[place % count] = beyond;
          expect(() => usedOf(indices, size)).toThrow(expect.objectContaining({ code: "invalid-dictionary" }));
        }
      }),
      { seed, numRuns: 400 },
    );
  });
});
