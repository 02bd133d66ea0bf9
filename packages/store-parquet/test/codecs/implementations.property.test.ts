import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Codec } from "../../src/format/codecs/codec.js";
import { compressible, longPage } from "./support/compressible.js";
import { implementations } from "./support/implementations.js";

const seed = 20_261_128;
const all = implementations();
const ofCodec = (codec: string) => all.filter((one) => one.codec === codec);

describe(`implementations of codecs (seed ${seed})`, () => {
  test.each(all)("$name gives back what it and the others of its codec compressed", ({ codec, implementation }) => {
    fc.assert(
      fc.property(compressible, (bytes) => {
        for (const { compress } of ofCodec(codec)) {
          expect(Buffer.compare(implementation.decompress(compress(bytes), bytes.byteLength), bytes)).toBe(0);
        }
      }),
      { seed, numRuns: 150 },
    );
  });

  test.each(all)("$name does so with long pages too", ({ codec, implementation }) => {
    for (const byteLength of [65_536, 1_000_003]) {
      const bytes = longPage(byteLength, 7);
      for (const { compress } of ofCodec(codec)) {
        const stored = compress(bytes);
        expect(Buffer.compare(implementation.decompress(stored, byteLength), bytes)).toBe(0);
        expect(stored.byteLength).toBeLessThan(byteLength * 1.01 + 64);
      }
    }
  });

  test.each(all.filter(({ implementation }) => implementation.decompressInto))(
    "$name gives the same in memory that is there, or refuses the block",
    ({ implementation, compress }) => {
      fc.assert(
        fc.property(
          compressible,
          fc.nat(),
          fc.nat(255),
          fc.integer({ min: -3, max: 3 }),
          (bytes, place, byte, more) => {
            const memory = new Uint8Array(bytes.byteLength + 2).fill(0xa5);
            const stored = compress(bytes).slice();
            implementation.decompressInto!(stored, memory.subarray(1, -1));
            expect(Buffer.compare(memory.subarray(1, -1), bytes)).toBe(0);
            expect([memory[0], memory.at(-1)]).toEqual([0xa5, 0xa5]);
            if (more !== 0 && bytes.byteLength + more > 0) {
              expect(() => implementation.decompressInto!(stored, new Uint8Array(bytes.byteLength + more))).toThrow();
            }
            stored[place % stored.byteLength]! ^= byte;
            const [here, there] = [new Uint8Array(bytes.byteLength).fill(0x5a), bytes.byteLength];
            try {
              const expected = implementation.decompress(stored, there);
              implementation.decompressInto!(stored, here);
              expect(Buffer.compare(here, expected)).toBe(0);
            } catch (error) {
              if (error instanceof Error && error.name === "AssertionError") throw error;
            }
          },
        ),
        { seed, numRuns: 300 },
      );
    },
  );

  const threaded = all.filter(({ implementation }) => implementation.decompressAsync);
  test.each(threaded)(
    "$name in a thread, many at once, is the same as at once",
    async ({ implementation, compress }) => {
      const pages = Array.from({ length: 24 }, (_, i) => longPage(1 + i * 9000, i));
      const found = await Promise.all(
        pages.map((page) => implementation.decompressAsync!(compress(page), page.byteLength)),
      );
      for (const [i, page] of pages.entries()) expect(Buffer.compare(found[i]!, page)).toBe(0);
    },
  );

  test.each(threaded)("$name in a thread refuses what it refuses at once", async ({ implementation, compress }) => {
    await fc.assert(
      fc.asyncProperty(compressible, fc.nat(), fc.nat(255), fc.nat(4000), async (bytes, place, byte, length) => {
        const stored = compress(bytes).slice();
        if (stored.byteLength > 0) stored[place % stored.byteLength]! ^= byte;
        const threaded = await outcome(() => implementation.decompressAsync!(stored, length));
        expect(threaded).toEqual(await outcome(() => implementation.decompress(stored, length)));
      }),
      { seed, numRuns: 150 },
    );
  });

  test.each(all)(
    "$name never gives much more than is stated, however much the block holds",
    { timeout: 60_000 },
    ({ implementation, compress }) => {
      const stored = compress(new Uint8Array(2 ** 27 + 1));
      expect(sizeOrError(implementation, stored, 1000)).toBeLessThanOrEqual(2 ** 26);
    },
  );

  test.each(all.filter(({ codec }) => codec === "SNAPPY" || codec === "LZ4_RAW"))(
    "$name takes no memory for a length that its block can't have",
    ({ implementation }) => {
      const block = Uint8Array.of(0xff, 0xff, 0xff, 0xff, 0x07, 0, 0, 0);
      expect(() => implementation.decompress(block, 2 ** 31 - 1)).toThrow("more bytes than it can hold");
    },
  );
});

function sizeOrError({ decompress }: Codec, stored: Uint8Array, byteLength: number): number {
  try {
    return decompress(stored, byteLength).byteLength;
  } catch {
    return 0;
  }
}

async function outcome(run: () => Uint8Array | Promise<Uint8Array>): Promise<string> {
  try {
    return Buffer.from(await run()).toString("base64");
  } catch {
    return "refused";
  }
}
