import fc from "fast-check";
import { ByteWriter } from "hyparquet-writer";
import { writeRleBitPackedHybrid } from "hyparquet-writer/src/encoding.js";
import { describe, expect, test } from "vitest";
import { copyBits, countBits, getBit, setBits } from "../src/format/bitmaps.js";
import { unpackBitRuns, unpackRuns } from "../src/format/run-length.js";

const seed = 20_261_121;

describe(`runs of levels and indices (seed ${seed})`, () => {
  test("come back from what hyparquet-writer makes of them, at any bit width", () => {
    const numbers = fc.integer({ min: 1, max: 24 }).chain((bitWidth) =>
      fc.record({
        bitWidth: fc.constant(bitWidth),
        // Stretches of one number make repeated runs, single ones make packed runs.
        stretches: fc.array(fc.tuple(fc.integer({ min: 0, max: 2 ** bitWidth - 1 }), fc.integer({ min: 1, max: 20 })), {
          maxLength: 30,
        }),
      }),
    );
    fc.assert(
      fc.property(numbers, ({ bitWidth, stretches }) => {
        const values = stretches.flatMap(([value, times]) => new Array<number>(times).fill(value));
        const writer = new ByteWriter();
        writeRleBitPackedHybrid(writer, values, bitWidth);
        const body = writer.getBytes();
        expect([...unpackRuns(body, bitWidth, values.length)]).toEqual(values);
        // Among other bytes, and into memory that held something.
        const among = Uint8Array.from([255, 255, 255, ...body, 255, 255]).subarray(3, 3 + body.byteLength);
        const memory = new Int32Array(values.length).fill(-1);
        expect([...unpackRuns(among, bitWidth, values.length, memory)]).toEqual(values);
        if (bitWidth === 1) {
          const bits = unpackBitRuns(body, values.length);
          expect(values.map((_, i) => getBit(bits, i))).toEqual(values);
        }
      }),
      { seed, numRuns: 500 },
    );
  });

  test("of 25 to 32 bits, which only others write", () => {
    for (const bitWidth of [25, 29, 31, 32]) {
      const values = Array.from({ length: 16 }, (_, i) => Math.floor((2 ** bitWidth - 1) / (i + 1)));
      const all = values.reduce((sum, value, i) => sum | (BigInt(value) << BigInt(i * bitWidth)), 0n);
      const body = [(2 << 1) | 1];
      for (let byte = 0; byte < bitWidth * 2; byte++) body.push(Number((all >> BigInt(byte * 8)) & 0xffn));
      expect([...unpackRuns(Uint8Array.from(body), bitWidth, 16)].map((value) => value >>> 0)).toEqual(values);
    }
  });

  test("of no bits are zeros, whatever the memory held", () => {
    expect([...unpackRuns(new Uint8Array(0), 0, 3, Int32Array.of(7, -1, 9))]).toEqual([0, 0, 0]);
  });

  test("that end too early are refused", () => {
    for (const body of [[], [3], [3, 1], [0x80], [200, 1], [0, 5]]) {
      expect(() => unpackRuns(Uint8Array.from(body), 4, 8)).toThrow(
        expect.objectContaining({ code: "damaged-parquet" }),
      );
    }
  });
});

describe(`bitmaps (seed ${seed})`, () => {
  test("long ones are counted as their bits are, one by one", () => {
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 70 }), fc.nat(600), fc.nat(600), (bitmap, start, count) => {
        const bits = bitmap.byteLength * 8;
        const [from, to] = [Math.min(start, bits), Math.min(start + count, bits)];
        let expected = 0;
        for (let bit = from; bit < to; bit++) expected += getBit(bitmap, bit);
        expect(countBits(bitmap, from, to - from)).toBe(expected);
      }),
      { seed, numRuns: 1000 },
    );
  });

  test("copying, setting and counting bits does what doing it one by one does", () => {
    const bits = fc.uint8Array({ minLength: 12, maxLength: 12 });
    fc.assert(
      fc.property(bits, bits, fc.nat(40), fc.nat(40), fc.nat(50), (source, target, from, to, count) => {
        const expected = Array.from({ length: 96 }, (_, i) =>
          i >= to && i < to + count ? getBit(source, from + i - to) : getBit(target, i),
        );
        const copied = target.slice();
        copyBits(source, from, copied, to, count);
        expect(Array.from({ length: 96 }, (_, i) => getBit(copied, i))).toEqual(expected);
        expect(countBits(copied, to, count)).toBe(expected.slice(to, to + count).filter((bit) => bit === 1).length);
        const set = target.slice();
        setBits(set, to, count);
        expect(countBits(set, to, count)).toBe(count);
        expect(countBits(set, 0, to)).toBe(countBits(target, 0, to));
        expect(countBits(set, to + count, 96 - to - count)).toBe(countBits(target, to + count, 96 - to - count));
      }),
      { seed, numRuns: 1000 },
    );
  });
});
