import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { joinPrefixes, sliceByLengths } from "../../src/format/byte-slices.js";
import { unpackDeltas } from "../../src/format/delta.js";
import { deltas, encodeValues } from "./support/encode-values.js";

const seed = 20_261_127;
const blocks = fc.constantFrom<[number, number]>([128, 32], [256, 32], [128, 128], [1024, 8], [640, 64]);
const damaged = expect.objectContaining({ code: "damaged-parquet" });

describe(`delta encodings (seed ${seed})`, () => {
  test("give back integers of 64 bits, however far apart", () => {
    const values = fc.array(fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), near(64)), {
      maxLength: 300,
    });
    fc.assert(
      fc.property(values, blocks, fc.nat(5), (numbers, shape, offset) => {
        const body = Buffer.concat([new Uint8Array(offset), deltas(numbers, 64, shape), Buffer.from("rest")]);
        const target = new BigInt64Array(numbers.length);
        expect(unpackDeltas(body, offset, target)).toBe(body.byteLength - 4);
        expect([...target]).toEqual(numbers);
      }),
      { seed, numRuns: 300 },
    );
  });

  test("give back integers of 32 bits, also those whose differences were not wrapped", () => {
    const values = fc.array(fc.oneof(fc.bigInt({ min: -(2n ** 31n), max: 2n ** 31n - 1n }), near(32)), {
      maxLength: 300,
    });
    fc.assert(
      fc.property(values, blocks, fc.constantFrom<32 | 64>(32, 64), (numbers, shape, bits) => {
        const target = new Int32Array(numbers.length);
        unpackDeltas(deltas(numbers, bits, shape), 0, target);
        expect([...target]).toEqual(numbers.map(Number));
      }),
      { seed, numRuns: 300 },
    );
  });

  test("give back texts of any length, by their lengths and by what they share", () => {
    const words = fc.array(fc.string({ unit: fc.constantFrom("a", "b"), maxLength: 9 }), {
      minLength: 1,
      maxLength: 200,
    });
    fc.assert(
      fc.property(words, blocks, (texts, shape) => {
        const values = texts.map((text) => Buffer.from(text));
        const options = { blocks: shape };
        const stored = encodeValues("DELTA_LENGTH_BYTE_ARRAY", "BYTE_ARRAY", values, options);
        const byLength = sliceByLengths(stored, 0, values.length);
        const used = new Int32Array(values.length + 1).fill(-1);
        expect(sliceByLengths(stored, 0, values.length, used)).toEqual(byLength);
        const byPrefix = joinPrefixes(encodeValues("DELTA_BYTE_ARRAY", "BYTE_ARRAY", values, options), values.length);
        for (const { starts, ends, bytes } of [byLength, byPrefix]) {
          expect(values.map((_, i) => Buffer.from(bytes.subarray(starts[i]!, ends[i]!)).toString())).toEqual(texts);
        }
      }),
      { seed, numRuns: 200 },
    );
  });

  test("cut short anywhere, are refused", () => {
    // So many that no miniblock has padding.
    const numbers = Array.from({ length: 257 }, (_, i) => BigInt(i * i * 977 - 5000));
    const body = deltas(numbers, 64);
    for (let length = 0; length < body.byteLength; length++) {
      const target = new BigInt64Array(numbers.length);

      expect(() => unpackDeltas(body.subarray(0, length), 0, target)).toThrow(damaged);
    }
  });

  test("that count other values than the page, or have impossible blocks, are refused", () => {
    const body = deltas([1n, 2n, 3n], 32);
    expect(() => unpackDeltas(body, 0, new Int32Array(2))).toThrow(damaged);
    expect(() => unpackDeltas(body, 0, new Int32Array(4))).toThrow(damaged);
    for (const head of [
      [0, 1],
      [0x80, 1, 0],
      [0x80, 1, 3],
      [0x80, 1, 0x80, 1],
      [0xff, 0xff, 0xff, 0xff, 0x0f, 1],
    ]) {
      const broken = Uint8Array.from([...head, 3, 2, 2, 0, 0, 0, 0]);
      expect(() => unpackDeltas(broken, 0, new Int32Array(3))).toThrow(damaged);
    }
  });

  test("whose value shares more with the one before than that has are refused", () => {
    const body = (prefixes: bigint[]) =>
      Buffer.concat([deltas(prefixes, 32), deltas([2n, 1n], 32), Buffer.from("abc")]);
    expect(joinPrefixes(body([0n, 2n]), 2).bytes.byteLength).toBe(5);
    expect(() => joinPrefixes(body([0n, 3n]), 2)).toThrow(damaged);
    expect(() => joinPrefixes(body([1n, 0n]), 2)).toThrow(damaged);
    expect(() => joinPrefixes(body([0n, -1n]), 2)).toThrow(damaged);
  });
});

/** Numbers at the ends of the range, where differences wrap. */
function near(bits: number): fc.Arbitrary<bigint> {
  const most = 2n ** BigInt(bits - 1) - 1n;
  return fc.constantFrom(most, most - 1n, -most, -most - 1n, 0n, -1n, 1n);
}
