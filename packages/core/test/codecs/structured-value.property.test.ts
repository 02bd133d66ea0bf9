import { decodeStructured, encodeStructured, LarderError, valueDigest } from "@larder/core";
import fc from "fast-check";
import { describe, expect, it } from "vitest";
import { exactlyEqual } from "../digest/exactly-equal.js";
import { createChance, seededValue } from "../digest/seeded-values.js";

const seed = 20260323;
const options = fc.record({ seed: fc.integer(), size: fc.integer({ min: 0, max: 60 }) });

describe(`any structured value (seed ${seed})`, () => {
  it("comes back exactly, with the same digest and the same bytes", () => {
    fc.assert(
      fc.property(options, (made) => {
        const value = seededValue(made);
        const bytes = encodeStructured(value);
        const back = decodeStructured(bytes);
        expect(exactlyEqual(back, value)).toBe(true);
        expect(Buffer.compare(encodeStructured(back), bytes)).toBe(0);
        expect(valueDigest(back)).toBe(valueDigest(value));
      }),
      { seed, numRuns: 3000 },
    );
  });

  it("of JSON comes back exactly", () => {
    fc.assert(
      fc.property(fc.jsonValue({ noUnicodeString: false } as never), (value) => {
        expect(exactlyEqual(decodeStructured(encodeStructured(value)), value)).toBe(true);
      }),
      { seed, numRuns: 1000 },
    );
  });

  it("of anything fast-check makes of plain data comes back exactly", () => {
    const anything = fc.anything({
      withBigInt: true,
      withDate: true,
      withMap: true,
      withSet: true,
      withTypedArray: true,
      withSparseArray: true,
      withNullPrototype: true,
      withUnicodeString: true,
    } as never);
    fc.assert(
      fc.property(anything, (value) => {
        expect(exactlyEqual(decodeStructured(encodeStructured(value)), value)).toBe(true);
      }),
      { seed, numRuns: 2000 },
    );
  });
});

describe(`malformed bytes (seed ${seed})`, () => {
  /** Decodes; what comes out must be a value or the one error, soon and in little memory. */
  function decodeSafely(bytes: Uint8Array): "value" | "error" {
    try {
      decodeStructured(bytes);
      return "value";
    } catch (error) {
      if (LarderError.isInstance(error, "malformed-structured-value")) return "error";
      throw error;
    }
  }

  it("at random are an error or a value, never anything else", () => {
    fc.assert(
      fc.property(fc.constantFrom(1, 2, 3), fc.uint8Array({ maxLength: 200 }), (form, bytes) => {
        decodeSafely(Uint8Array.of(form, ...bytes));
      }),
      { seed, numRuns: 20_000 },
    );
  });

  it("made from good ones by changing, cutting, doubling or inserting bytes are an error or a value", () => {
    const before = process.memoryUsage().rss;
    let errors = 0;
    fc.assert(
      fc.property(options, fc.integer(), (made, change) => {
        const bytes = Array.from(encodeStructured([seededValue(made), new Date(0)]));
        const chance = createChance(change);
        for (let changes = 1 + chance.below(3); changes > 0; changes--) {
          const at = 1 + chance.below(bytes.length);
          switch (chance.below(4)) {
            case 0:
              bytes[at % bytes.length] = chance.below(256);
              break;
            case 1:
              bytes.length = at;
              break;
            case 2:
              bytes.splice(at, 0, ...bytes.slice(at, at + chance.below(20)));
              break;
            default:
              bytes.splice(at, 0, 0xff, 0xff, 0xff, 0xff, chance.below(256));
          }
        }
        if (decodeSafely(Uint8Array.from(bytes)) === "error") errors++;
      }),
      { seed, numRuns: 10_000 },
    );
    expect(errors).toBeGreaterThan(1000);
    expect(process.memoryUsage().rss - before).toBeLessThan(500 * 1024 * 1024);
    expect(Object.keys(Object.prototype)).toEqual([]);
  });
});
