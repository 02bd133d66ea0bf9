import fc from "fast-check";
import { deltaBinaryUnpack } from "hyparquet/src/delta.js";
import { describe, expect, test } from "vitest";
import { unpackDeltas } from "../../src/format/delta.js";
import { packLengths } from "../../src/format/delta-encode.js";

const seed = 20_261_128;

/** Offsets of values of such lengths, the first at `first`. */
function offsetsOf(lengths: readonly number[], first: number): Int32Array {
  const offsets = new Int32Array(lengths.length + 1);
  offsets[0] = first;
  for (let i = 0; i < lengths.length; i++) offsets[i + 1] = offsets[i]! + lengths[i]!;
  return offsets;
}

/** What hyparquet reads. */
function readByHyparquet(body: Uint8Array, count: number): number[] {
  const target = new Int32Array(count);
  deltaBinaryUnpack({ view: new DataView(body.buffer, body.byteOffset, body.byteLength), offset: 0 }, count, target);
  return [...target];
}

function check(lengths: readonly number[], first = 0): Uint8Array {
  const body = packLengths(offsetsOf(lengths, first));
  const target = new Int32Array(lengths.length);
  // What follows must be found where the lengths end, padding included.
  const followed = Buffer.concat([body, Buffer.from("rest")]);
  expect(unpackDeltas(followed, 0, target)).toBe(body.byteLength);
  expect([...target]).toEqual(lengths);
  if (lengths.length > 0) expect(readByHyparquet(body, lengths.length)).toEqual(lengths);
  return body;
}

describe(`lengths in front of text and bytes (seed ${seed})`, () => {
  const length = fc.oneof(fc.constant(7), fc.nat(5), fc.nat(255), fc.nat(300), fc.nat(70_000), fc.nat(2_000_000));

  test("are read as they were, by the general decoder and by hyparquet", () => {
    const lengths = fc.oneof(
      fc.array(length, { maxLength: 400 }),
      fc.array(fc.nat(9), { maxLength: 400 }),
      fc.tuple(fc.nat(400), length).map(([count, each]) => new Array<number>(count).fill(each)),
      fc.nat(400).map((count) => Array.from({ length: count }, (_, i) => i * i)),
    );
    fc.assert(
      fc.property(lengths, fc.nat(1000), (values, first) => {
        check(values, first);
      }),
      { seed, numRuns: 500 },
    );
  });

  test.each([0, 1, 2, 31, 32, 33, 127, 128, 129, 130, 160, 161, 256, 257, 258, 65_536])(
    "%i of them, at the edges of blocks",
    (count) => {
      for (const lengthAt of [() => 0, () => 26, (i: number) => i % 3, (i: number) => (i * 7919) % 300]) {
        check(Array.from({ length: count }, (_, i) => lengthAt(i)));
      }
    },
  );

  test.each([1, 2, 127, 128, 129, 130, 256, 257, 258])("%i alike, then others, at the edges of blocks", (alike) => {
    for (const others of [1, 2, 127, 128, 129]) {
      for (const first of [0, 5]) {
        check([...new Array<number>(alike).fill(26), ...Array.from({ length: others }, (_, i) => 27 + (i % 3))], first);
      }
    }
  });

  test("as far apart as lengths can be", () => {
    check([2 ** 31 - 1, 0, 0]);
    check([0, 2 ** 31 - 1, 0]);
    check([0, 2 ** 30, 0, 2 ** 30 - 1, 5 - 5]);
  });

  test.each([255, 256, 65_535, 65_536])("differences of %i, at the edges of widths", (most) => {
    // The least difference is 0: above it lies all of the greatest.
    check([3, 3, 3, 3 + most, 3 + most]);
    check([0, most, most, 2 * most]);
  });

  test("take whole bytes each: none where all are alike, one, two or four", () => {
    const bytesOf = (lengthAt: (i: number) => number): number =>
      check(Array.from({ length: 129 }, (_, i) => lengthAt(i))).byteLength;
    // Head, one block of 128 with its least difference and four widths.
    const head = 2 + 1 + 2 + 1;
    expect(bytesOf(() => 26)).toBe(head + 1 + 4);
    expect(bytesOf((i) => i & 1)).toBe(head + 1 + 4 + 128);
    expect(bytesOf((i) => (i & 1) * 200)).toBe(head + 2 + 4 + 2 * 128);
    expect(bytesOf((i) => (i & 1) * 70_000)).toBe(head + 3 + 4 + 4 * 128);
  });

  test("the last block is padded to a whole miniblock, and no further", () => {
    // One value in the head, then 33: two miniblocks of 32.
    const lengths = Array.from({ length: 34 }, (_, i) => i & 1);
    const body = check(lengths);
    const head = 2 + 1 + 1 + 1;
    expect([...body.subarray(head + 1, head + 5)]).toEqual([8, 8, 0, 0]);
    expect(body.byteLength).toBe(head + 1 + 4 + 64);
  });
});
