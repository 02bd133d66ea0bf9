import { chunkBytes, chunkDigests, findDamagedChunk, loadXxhash, widenToChunks, type Xxhash } from "@larder/core";
import fc from "fast-check";
import { beforeAll, describe, expect, it } from "vitest";

const seed = Number(process.env.LARDER_SEED ?? 62);
const bytes = Uint8Array.from({ length: 4 * chunkBytes + 99 }, (_, i) => (i * 31 + (i >> 8) + (i >> 16)) % 256);
let xxhash: Xxhash;
let digests: Uint8Array;
beforeAll(async () => {
  xxhash = await loadXxhash();
  digests = chunkDigests(bytes, xxhash);
});

/** Cuts a run into pieces of its own. */
function cutAt(run: Uint8Array, cuts: readonly number[]): Uint8Array[] {
  const borders = [0, ...cuts.map((cut) => cut % (run.byteLength + 1)).sort((a, b) => a - b), run.byteLength];
  return borders.slice(1).map((end, i) => run.slice(borders[i], end));
}

describe("chunks that lie in several memories", () => {
  const runs = fc.record({
    first: fc.nat({ max: 4 }),
    last: fc.nat({ max: 5 }),
    cuts: fc.array(fc.nat(), { maxLength: 8 }),
  });

  it("are right however they are cut, and the first wrong one is found", async () => {
    await fc.assert(
      fc.asyncProperty(runs, fc.array(fc.nat({ max: bytes.length - 1 }), { maxLength: 2 }), async (run, flips) => {
        const { first, last } = run;
        const stored = new Uint8Array(bytes);
        for (const at of flips) stored[at]! ^= 16;
        const changed = flips.filter((at) => stored[at] !== bytes[at]).map((at) => Math.floor(at / chunkBytes));
        const found = changed.sort((a, b) => a - b).find((chunk) => chunk >= first && chunk < last);
        const pieces = cutAt(stored.subarray(first * chunkBytes, last * chunkBytes), run.cuts);
        expect(await findDamagedChunk(pieces, first, digests, xxhash)).toBe(found);
      }),
      { seed, numRuns: 60 },
    );
  });

  it("that reach beyond the digests, or end within a chunk, are damaged", async () => {
    expect(await findDamagedChunk([bytes, new Uint8Array(chunkBytes)], 0, digests, xxhash)).toBe(4);
    expect(await findDamagedChunk([bytes.subarray(0, chunkBytes - 1)], 0, digests, xxhash)).toBe(0);
    expect(await findDamagedChunk([bytes.subarray(0, chunkBytes)], 5, digests, xxhash)).toBe(5);
    expect(await findDamagedChunk([bytes], 0, digests.subarray(0, 16), xxhash)).toBe(2);
  });

  it("that are known to be right are passed over, and those that prove right become known", async () => {
    const stored = new Uint8Array(bytes);
    for (const chunk of [1, 3]) stored[chunk * chunkBytes + 5]! ^= 1;
    const verified = Uint8Array.of(0, 1, 0, 0, 0);
    expect(await findDamagedChunk(cutAt(stored, [70_000, 140_000]), 0, digests, xxhash, verified)).toBe(3);
    expect([...verified]).toEqual([1, 1, 1, 0, 0]);
  });

  it("give the event loop its turn when there are many", async () => {
    const large = new Uint8Array(40 * 1024 * 1024);
    const expected = chunkDigests(large, xxhash);
    let turns = 0;
    const count = () => {
      turns++;
      counting = setImmediate(count);
    };
    let counting = setImmediate(count);
    expect(await findDamagedChunk([large], 0, expected, xxhash)).toBeUndefined();
    clearImmediate(counting);
    expect(turns).toBeGreaterThanOrEqual(2);
  });
});

describe("a scattered read widened to whole chunks", () => {
  it("has the targets in the middle, and memory for the rest of the first and the last chunk", () => {
    fc.assert(
      fc.property(fc.nat({ max: bytes.length - 1 }), fc.integer({ min: 1, max: bytes.length }), (start, length) => {
        const target = new Uint8Array(Math.min(length, bytes.length - start));
        const end = start + target.length;
        const { start: from, firstChunk, pieces } = widenToChunks(start, [target], bytes.length);
        expect(from).toBe(firstChunk * chunkBytes);
        expect(pieces[1]).toBe(target);
        expect(from + pieces[0]!.byteLength).toBe(start);
        expect(pieces[0]!.byteLength).toBeLessThan(chunkBytes);
        const to = end + pieces[2]!.byteLength;
        expect(to === bytes.length || (to % chunkBytes === 0 && to - end < chunkBytes)).toBe(true);
      }),
      { seed },
    );
  });
});
