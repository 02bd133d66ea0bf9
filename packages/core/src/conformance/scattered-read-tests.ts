import assert from "node:assert/strict";
import type { StoredBlob } from "../backend.js";
import { expectBytes, expectRangeError } from "./expectations.js";
import { sampleBytes } from "./sample-blobs.js";
import type { TestDefinition } from "./test-definition.js";

const chunk = 64 * 1024;
const sizes = [0, 50, 3 * chunk + 7, 16 * chunk];

/** Reads into memories of the caller, of sources that offer them; those that don't have nothing to do wrong. */
export const scatteredReadTests: readonly TestDefinition[] = [
  {
    name: "a read into several memories fills each with the bytes that a slice would give",
    brief: true,
    async run({ put, open, key }) {
      for (const size of sizes) {
        const bytes = sampleBytes(size);
        await put(`scattered ${size}`, bytes);
        const stored = await open(key(`scattered ${size}`));
        for (const cuts of cutsWithin(size)) await expectScattered(stored, cuts, bytes);
        await stored.close?.();
      }
    },
  },
  {
    name: "reads into several memories may be made at the same time",
    async run({ put, open, key }) {
      const size = 3 * chunk + 7;
      const bytes = sampleBytes(size);
      await put("scattered at once", bytes);
      const stored = await open(key("scattered at once"));
      await Promise.all(cutsWithin(size).map((cuts) => expectScattered(stored, cuts, bytes)));
      await stored.close?.();
    },
  },
  {
    name: "a read into memories that hold more than there is, is a RangeError",
    async run({ put, open, key }) {
      for (const size of [10, 2 * chunk]) {
        await put(`scattered beyond ${size}`, sampleBytes(size));
        const { source, close } = await open(key(`scattered beyond ${size}`));
        for (const [start, length] of [
          [-1, 5],
          [0.5, 5],
          [size, 1],
          [0, size + 1],
        ] as const) {
          if (source.readInto === undefined) continue;
          const targets = [new Uint8Array(0), new Uint8Array(length)];
          await expectRangeError(async () => source.readInto!(start, targets), `readInto(${start}) of ${length} bytes`);
        }
        await close?.();
      }
    },
  },
  {
    name: "what a read costs is a whole number of bytes, where a source states it",
    async run({ put, open, key }) {
      for (const size of [10, 2 * chunk]) {
        await put(`block ${size}`, sampleBytes(size));
        const { source, close } = await open(key(`block ${size}`));
        const { blockBytes = 1 } = source;
        assert.ok(Number.isInteger(blockBytes) && blockBytes >= 1, `blockBytes is ${blockBytes}`);
        await close?.();
      }
    },
  },
];

async function expectScattered({ source }: StoredBlob, cuts: readonly number[], bytes: Uint8Array): Promise<void> {
  const start = cuts[0]!;
  const targets = cuts.slice(1).map((cut, i) => new Uint8Array(cut - cuts[i]!));
  await source.readInto?.(start, targets);
  if (source.readInto === undefined) return;
  for (const [i, target] of targets.entries()) {
    const what = `memory ${i} of a read that begins at ${start}`;
    expectBytes(target, bytes.subarray(cuts[i]!, cuts[i + 1]!), what);
  }
}

/** Where a read begins, where each of its memories ends: about chunks, empty ones, the whole. */
function cutsWithin(size: number): number[][] {
  return [
    [0],
    [0, size],
    [0, 0, size, size],
    [size, size],
    [1, 2, 49],
    [7, chunk - 1, chunk, chunk, 2 * chunk + 1, size],
    [chunk, 2 * chunk],
    [chunk + 1, chunk + 3, 3 * chunk],
    [size - 1, size],
  ].filter((cuts) => cuts.every((cut, i) => cut >= (cuts[i - 1] ?? 0) && cut <= size));
}
