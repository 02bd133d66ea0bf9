import assert from "node:assert/strict";
import { bodyOf, expectBytes, expectLarderError, found, sampleBytes } from "./expectations.js";
import type { TestDefinition } from "./test-definition.js";

const size = 200_003;
const marks = [0, 1, 2, 99, 65_535, 65_536, 100_000, size - 1, size];

/** Parts of objects. */
export const rangeTests: readonly TestDefinition[] = [
  {
    name: "a range has the bytes that were asked for, or says that it is the whole",
    ability: "ranges",
    async run({ storage, path, put }) {
      const bytes = sampleBytes(size);
      await put("ranged", bytes);
      for (const start of marks) {
        for (const end of [...marks.filter((mark) => mark >= start), undefined]) {
          const what = `bytes ${start} to ${end ?? "the end"}`;
          const read = found(await storage.read(path("ranged"), { start, end }), what);
          const isWhole = read.start === 0 && read.end === size;
          if (!isWhole) assert.deepEqual([read.start, read.end], [start, end ?? size], `what is told of ${what}`);
          assert.equal(read.object.byteLength, size, `the length of the object, told with ${what}`);
          expectBytes(await bodyOf(read, what), bytes.subarray(read.start, read.end), what);
        }
      }
    },
  },
  {
    name: "a range is cut to what there is",
    ability: "ranges",
    async run({ storage, path, put }) {
      const bytes = sampleBytes(1000);
      await put("cut", bytes);
      for (const [start, end] of [
        [990, 2000],
        [0, 1001],
        [1000, 1001],
        [1000, undefined],
        [5000, 6000],
        [5000, undefined],
      ] as const) {
        const what = `bytes ${start} to ${end ?? "the end"} of 1,000`;
        const read = found(await storage.read(path("cut"), { start, end }), what);
        if (read.start !== 0 || read.end !== 1000) {
          assert.deepEqual([read.start, read.end], [Math.min(start, 1000), 1000], `what is told of ${what}`);
        }
        assert.equal(read.object.byteLength, 1000, `the length of the object, told with ${what}`);
        expectBytes(await bodyOf(read, what), bytes.subarray(read.start, read.end), what);
      }
      await put("empty", new Uint8Array());
      for (const range of [{ start: 0, end: 10 }, { start: 3 }, { start: 0, end: 0 }]) {
        const read = found(await storage.read(path("empty"), range), "a range of an empty object");
        assert.deepEqual([read.start, read.end], [0, 0], "what is told of a range of an empty object");
        expectBytes(await bodyOf(read, "a range of an empty object"), new Uint8Array(), "a range of an empty object");
      }
    },
  },
  {
    name: "a range that is none is refused",
    ability: "ranges",
    async run({ storage, path, put }) {
      await put("refused", sampleBytes(10));
      for (const [start, end] of [
        [-1, 5],
        [5, 4],
        [0.5, 5],
        [Number.NaN, 5],
        [0, Number.POSITIVE_INFINITY],
      ]) {
        await expectLarderError(
          storage.read(path("refused"), { start, end }),
          "invalid-range",
          `bytes ${start} to ${end}`,
        );
      }
    },
  },
];
