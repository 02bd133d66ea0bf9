import fc from "fast-check";
import { beforeAll, describe, expect, test } from "vitest";
import { loadCodecs } from "../../src/format/codecs/codec-table.js";
import { decompress } from "../../src/format/decompress.js";
import { compress, gzipMembers, hadoopFrames, lz4Block, zlibStream } from "./support/compress.js";

const seed = 20_261_127;
const damaged = expect.objectContaining({ code: "damaged-parquet" });
const codecs = ["SNAPPY", "GZIP", "BROTLI", "ZSTD", "LZ4", "LZ4_RAW"] as const;
/** Bytes with repetitions near and far, and long stretches without. */
const content = fc
  .array(
    fc.oneof(
      fc.uint8Array({ maxLength: 400 }),
      fc
        .tuple(fc.uint8Array({ minLength: 1, maxLength: 6 }), fc.nat(300))
        .map(([unit, times]) => repeated(unit, times)),
    ),
    { maxLength: 8 },
  )
  .map((parts) => new Uint8Array(Buffer.concat(parts)));

beforeAll(() => loadCodecs(codecs));

describe(`compressed pages (seed ${seed})`, () => {
  test.each(codecs)("%s gives back what was compressed", (codec) => {
    fc.assert(
      fc.property(content, (bytes) => {
        expect(Buffer.compare(decompress(compress[codec]!(bytes), bytes.byteLength, codec), bytes)).toBe(0);
      }),
      { seed, numRuns: 200 },
    );
  });

  test("long pages too, with lengths and distances of every size", () => {
    const noise = Uint8Array.from({ length: 150_000 }, (_, i) => (i * 2_654_435_761) >>> 13);
    const bytes = Buffer.concat([noise, noise.subarray(100_000), new Uint8Array(70_000), noise.subarray(0, 70_000)]);
    for (const codec of codecs) {
      expect(Buffer.compare(decompress(compress[codec]!(bytes), bytes.byteLength, codec), bytes)).toBe(0);
    }
  });

  test("several gzip members, and the zlib form that some writers take for gzip", () => {
    fc.assert(
      fc.property(content, (bytes) => {
        expect(Buffer.compare(decompress(gzipMembers(bytes), bytes.byteLength, "GZIP"), bytes)).toBe(0);
        expect(Buffer.compare(decompress(zlibStream(bytes), bytes.byteLength, "GZIP"), bytes)).toBe(0);
      }),
      { seed, numRuns: 100 },
    );
  });

  test("LZ4 in several frames of Hadoop, of several blocks each, and without any frame", () => {
    fc.assert(
      fc.property(content, fc.nat(1000), fc.integer({ min: 1, max: 4 }), (bytes, cut, blocks) => {
        const first = Math.min(cut, bytes.byteLength);
        const framed = hadoopFrames(bytes, [first, bytes.byteLength - first].filter(Boolean), blocks);
        expect(Buffer.compare(decompress(framed, bytes.byteLength, "LZ4"), bytes)).toBe(0);
        expect(Buffer.compare(decompress(lz4Block(bytes), bytes.byteLength, "LZ4"), bytes)).toBe(0);
      }),
      { seed, numRuns: 200 },
    );
  });

  test("that come to another length, are cut short or have one byte changed, give an error or the stated length", () => {
    const random = fc.tuple(
      content.filter((bytes) => bytes.byteLength > 20),
      fc.nat(),
      fc.nat(255),
      fc.nat(),
    );
    fc.assert(
      fc.property(fc.constantFrom(...codecs), random, (codec, [bytes, place, byte, length]) => {
        const stored = compress[codec]!(bytes);
        expect(() => decompress(stored, bytes.byteLength + 1, codec)).toThrow(damaged);
        expect(() => decompress(stored, bytes.byteLength - 1, codec)).toThrow(damaged);
        const short = stored.subarray(0, length % stored.byteLength);
        expect(outcome(() => decompress(short, bytes.byteLength, codec))).toBe("damaged-parquet");
        const changed = stored.slice();
        changed[place % stored.byteLength]! ^= byte;
        expect(["damaged-parquet", bytes.byteLength]).toContain(
          outcome(() => decompress(changed, bytes.byteLength, codec)),
        );
      }),
      { seed, numRuns: 1000 },
    );
  });

  test("noise is never the end of the process, nor an error of another kind", () => {
    fc.assert(
      fc.property(
        fc.constantFrom(...codecs),
        fc.uint8Array({ maxLength: 60 }),
        fc.nat(5000),
        (codec, noise, length) => {
          expect(["damaged-parquet", length]).toContain(outcome(() => decompress(noise, length, codec)));
        },
      ),
      { seed, numRuns: 5000 },
    );
  });

  test("a block of Snappy whose literal would have a negative length ends", () => {
    const block = Uint8Array.of(10, 0xfc, 0xf0, 0xff, 0xff, 0xff, 1, 2, 3, 4);
    expect(() => decompress(block, 10, "SNAPPY")).toThrow(damaged);
  });

  test("LZO, and a codec that nobody knows, are refused by name", () => {
    const unsupported = (text: string) =>
      expect.objectContaining({ code: "unsupported-parquet", message: expect.stringContaining(text) });
    expect(() => decompress(new Uint8Array(4), 4, "LZO")).toThrow(unsupported("LZO"));
    expect(() => decompress(new Uint8Array(4), 4, undefined)).toThrow(unsupported("a codec without a name"));
  });
});

function outcome(run: () => Uint8Array): string | number {
  try {
    return run().byteLength;
  } catch (error) {
    return (error as { code?: string }).code ?? String(error);
  }
}

function repeated(unit: Uint8Array, times: number): Uint8Array {
  return Buffer.concat(new Array<Uint8Array>(times).fill(unit));
}
