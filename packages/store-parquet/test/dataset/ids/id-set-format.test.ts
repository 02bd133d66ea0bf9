import { LarderError } from "@larder/core";
import fc from "fast-check";
import { RoaringBitmap32, roaringLibraryInitialize } from "roaring-wasm";
import { beforeAll, describe, expect, test } from "vitest";
import { sameIds } from "../../../src/dataset/ids/combine-id-sets.js";
import type { IdSet } from "../../../src/dataset/ids/id-set.js";
import { idSetOf } from "../../../src/dataset/ids/make-id-set.js";
import { readIdSet } from "../../../src/dataset/ids/read-id-set.js";
import { writeIdSet } from "../../../src/dataset/ids/write-id-set.js";
import { expectIds } from "./support/check-set.js";
import { clusters, idsOf, shuffled } from "./support/id-recipes.js";

const seed = 20_261_128;
const runs = { seed, numRuns: 40 };
const setOf = (ids: readonly bigint[]) => idSetOf(BigInt64Array.from(ids));
const stretch = (first: bigint, count: number, step = 1n) =>
  Array.from({ length: count }, (_, i) => first + BigInt(i) * step);

describe(`sets of ids as bytes (seed ${seed})`, () => {
  beforeAll(() => roaringLibraryInitialize());

  test("a set comes back from its bytes, and equal sets have equal bytes", () => {
    fc.assert(
      fc.property(clusters, fc.nat(), (recipe, mix) => {
        const ids = idsOf(recipe);
        const bytes = writeIdSet(setOf(ids));
        expectIds(readIdSet(bytes), ids);
        expect(Buffer.compare(writeIdSet(idSetOf(shuffled(ids, mix + 1))), bytes)).toBe(0);
        expect(Buffer.compare(writeIdSet(readIdSet(bytes)), bytes)).toBe(0);
        // At an odd place of a larger memory.
        const shifted = new Uint8Array(bytes.length + 9).subarray(3, 3 + bytes.length);
        shifted.set(bytes);
        const read = readIdSet(shifted);
        shifted.fill(0xff);
        expectIds(read, ids);
      }),
      runs,
    );
  });

  test("the bytes are those of CRoaring, which reads them, and whose bytes are read", () => {
    fc.assert(
      fc.property(clusters, fc.boolean(), (recipe, optimised) => {
        const ids = idsOf(recipe);
        const theirs = theirBytes(ids, optimised);
        expectIds(readIdSet(theirs), ids);
        const ours = writeIdSet(setOf(ids));
        if (optimised) expect(Buffer.compare(ours, theirs)).toBe(0);
        expect(theirIds(ours)).toEqual(ids.length);
      }),
      runs,
    );
  });

  test("the bytes of a set stay the same from version to version", () => {
    const hex = (ids: readonly bigint[]) => Buffer.from(writeIdSet(setOf(ids))).toString("hex");
    expect(hex([])).toBe("0000000000000000");
    expect(hex([-1n])).toBe("0100000000000000ffffff7f3a30000001000000ffff000010000000ffff");
    expect(hex([0n])).toBe("0100000000000000000000803a3000000100000000000000100000000000");
    expect(hex(stretch(-2n, 10))).toBe(
      "0200000000000000ffffff7f3a30000001000000ffff010010000000feffff" + "ff000000803b3000000100000700010000000700",
    );
    expect(hex([-(2n ** 63n), 2n ** 63n - 1n])).toBe(
      "0200000000000000" +
        "000000003a3000000100000000000000100000000000" +
        "ffffffff3a30000001000000ffff000010000000ffff",
    );
  });

  test("ids stand in the order of their values, also below zero", () => {
    const bytes = Buffer.from(writeIdSet(setOf([-(2n ** 63n), -1n, 0n, 2n ** 63n - 1n])));
    const keys = [0, 1, 2, 3].map((i) => bytes.readUInt32LE(8 + 22 * i));
    expect(keys).toEqual([0, 0x7fffffff, 0x80000000, 0xffffffff]);
  });

  test("bytes that are cut short anywhere, or too long, are refused", () => {
    for (const ids of samples) {
      const bytes = writeIdSet(setOf(ids));
      for (let length = 0; length < bytes.length; length += 1 + (length >> 6))
        expect(refusal(bytes.subarray(0, length))).toBe("damaged-id-set");
      expect(refusal(Buffer.concat([bytes, Buffer.of(0)]))).toBe("damaged-id-set");
    }
  });

  test("changed bytes are refused, or are another set in its one form: never a crash", () => {
    fc.assert(
      fc.property(
        fc.nat(samples.length - 1),
        fc.array(fc.tuple(fc.nat(), fc.nat(255)), { minLength: 1, maxLength: 4 }),
        fc.boolean(),
        (which, changes, atStart) => {
          const set = setOf(samples[which]!);
          const bytes = writeIdSet(set);
          for (const [at, value] of changes) bytes[at % (atStart ? Math.min(bytes.length, 64) : bytes.length)] = value;
          const read = readOrRefuse(bytes);
          if (read === undefined) return;
          expect(sameIds(readIdSet(writeIdSet(read)), read)).toBe(true);
          if (Buffer.compare(bytes, writeIdSet(set)) !== 0) expect(sameIds(read, set)).toBe(false);
        },
      ),
      { seed, numRuns: 1500 },
    );
  });

  test("random bytes are refused", () => {
    fc.assert(
      fc.property(fc.uint8Array({ minLength: 1, maxLength: 200 }), (bytes) => {
        expect(refusal(bytes)).toBe("damaged-id-set");
        const started = Buffer.concat([Buffer.from("0100000000000000000000803b30", "hex"), bytes]);
        readOrRefuse(started);
      }),
      { seed, numRuns: 500 },
    );
  });

  test("a count of billions in a few bytes takes no memory", () => {
    expect(refusal(Buffer.from("ffffffff00000000", "hex"))).toBe("damaged-id-set");
    expect(refusal(Buffer.from("ffffffffffffffff000000803a300000ffffffff", "hex"))).toBe("damaged-id-set");
  });

  test.each([
    ["a bitmap without containers", "0100000000000000000000803a30000000000000"],
    ["ids out of order", "0100000000000000000000803a3000000100000000000100100000000500" + "0400"],
    ["an id twice", "0100000000000000000000803a3000000100000000000100100000000500" + "0500"],
    ["a container elsewhere", "0100000000000000000000803a3000000100000000000000110000000000"],
    ["runs beyond the container", "0100000000000000000000803b300000010000ffff0100feff0200"],
    ["runs that overlap", "0100000000000000000000803b3000000100000b00020000000700050003" + "00"],
    ["another number of ids", "0100000000000000000000803b3000000100000600010000000700"],
    [
      "parts out of order",
      "0200000000000000" +
        "010000803a3000000100000000000000100000000000" +
        "000000803a3000000100000000000000100000000000",
    ],
    [
      "a part twice",
      "0200000000000000" +
        "000000803a3000000100000000000000100000000000" +
        "000000803a3000000100000000000000100000000000",
    ],
    ["a mark for runs of a container there is not", "0100000000000000000000803b3000000300000700010000000700"],
    ["no mark", "0100000000000000000000803930000001000000000000001000000000" + "00"],
  ])("%s is refused", (_, hex) => {
    expect(refusal(Buffer.from(hex, "hex"))).toBe("damaged-id-set");
  });

  test("runs that touch, which others may write, are one", () => {
    expectIds(
      readIdSet(Buffer.from("0100000000000000000000803b3000000100000b00020000000700080003" + "00", "hex")),
      stretch(0n, 12),
    );
  });
});

const samples: readonly (readonly bigint[])[] = [
  [5n],
  stretch(-3n, 40, 7n),
  stretch(65_000n, 1200),
  stretch(0n, 5000, 3n),
  stretch(-(2n ** 40n), 30, 2n ** 33n),
  [...stretch(0n, 300), ...stretch(2n ** 32n, 5, 65_536n), ...stretch(2n ** 33n, 9000, 2n)],
];

function readOrRefuse(bytes: Uint8Array): IdSet | undefined {
  try {
    return readIdSet(bytes);
  } catch (error) {
    if (LarderError.isInstance(error, "damaged-id-set")) return undefined;
    throw error;
  }
}

function refusal(bytes: Uint8Array): string | undefined {
  return readOrRefuse(bytes) === undefined ? "damaged-id-set" : undefined;
}

/** What CRoaring writes, put together of its bitmaps for 32 bits. */
function theirBytes(ids: readonly bigint[], optimised: boolean): Uint8Array {
  const lows = new Map<number, number[]>();
  for (const id of ids) {
    const key = Number((id + 2n ** 63n) >> 32n);
    const own = lows.get(key) ?? [];
    own.push(Number(BigInt.asUintN(32, id)));
    lows.set(key, own);
  }
  const head = Buffer.alloc(8);
  head.writeUInt32LE(lows.size);
  const chunks: Uint8Array[] = [head];
  for (const [key, own] of lows) {
    const bitmap = new RoaringBitmap32(own);
    if (optimised) bitmap.runOptimize();
    const start = Buffer.alloc(4);
    start.writeUInt32LE(key);
    chunks.push(start, Buffer.from(bitmap.serialize("portable")));
    bitmap.dispose();
  }
  return Buffer.concat(chunks);
}

/** How many ids CRoaring finds in our bytes, bitmap after bitmap; what it writes of them must be as long as what it read. */
function theirIds(bytes: Uint8Array): number {
  let found = 0;
  let at = 8;
  while (at < bytes.length) {
    const bitmap = RoaringBitmap32.deserialize(bytes.slice(at + 4), "portable");
    found += bitmap.size;
    at += 4 + bitmap.getSerializationSizeInBytes("portable");
    bitmap.dispose();
  }
  expect(at).toBe(bytes.length);
  return found;
}
