import assert from "node:assert/strict";
import { expectBytes, expectRangeError, expectRecord } from "./expectations.js";
import { expiredButKept, sampleBytes } from "./sample-blobs.js";
import type { TestDefinition } from "./test-definition.js";

const kibi = 1024;
const sizes = [0, 1, 100, 4096, 64 * kibi - 1, 64 * kibi, 64 * kibi + 1, 300 * kibi, kibi * kibi + 7];

/** Bytes in, the same bytes out. */
export const blobTests: readonly TestDefinition[] = [
  {
    name: "a key that was never set is undefined",
    brief: true,
    async run({ backend, key }) {
      assert.equal(await backend.getBlob(key("never set")), undefined);
      // Names that every object has: a backend must not find them in its own lookup tables.
      for (const name of ["__proto__", "constructor", "toString", "hasOwnProperty"]) {
        const stored = await backend.getBlob(name);
        if (stored === undefined) continue;
        assert.equal(typeof stored?.record?.codec, "string", `getBlob(${name}) found something that is no blob`);
        await stored.close?.();
      }
    },
  },
  {
    name: "bytes of every size come back as they were stored",
    brief: true,
    async run({ put, read, key }) {
      for (const size of sizes) {
        const bytes = sampleBytes(size);
        await put(`size ${size}`, bytes);
        expectBytes((await read(key(`size ${size}`))).bytes, bytes, `a blob of ${size} bytes`);
      }
    },
  },
  {
    name: "a part of a larger buffer is stored as that part, and a Buffer as its bytes",
    brief: true,
    async run({ put, read, key }) {
      for (const size of [5, 100 * kibi]) {
        const memory = Buffer.from(sampleBytes(size + 16));
        const part = memory.subarray(7, 7 + size);
        const expected = new Uint8Array(part);
        await put(`part ${size}`, part);
        memory.fill(0);
        expectBytes((await read(key(`part ${size}`))).bytes, expected, `a part of ${size} bytes`);
      }
    },
  },
  {
    name: "an overwrite replaces the bytes, shorter or longer",
    brief: true,
    async run({ put, read, key }) {
      for (const size of [100, 200 * kibi, 10, 0, 64 * kibi + 5, 64 * kibi + 4]) {
        const bytes = sampleBytes(size, 3);
        await put("overwritten", bytes);
        expectBytes((await read(key("overwritten"))).bytes, bytes, `a blob overwritten with ${size} bytes`);
      }
    },
  },
  {
    name: "a slice is the part that was asked for",
    brief: true,
    async run({ put, open, key }) {
      for (const size of [50, 200 * kibi + 3]) {
        const bytes = sampleBytes(size);
        await put(`sliced ${size}`, bytes);
        const stored = await open(key(`sliced ${size}`));
        for (const [start, end] of rangesWithin(size)) {
          expectBytes(
            await stored.source.slice(start, end),
            bytes.subarray(start, end),
            `bytes ${start}…${end} of ${size}`,
          );
        }
        expectBytes(await stored.source.slice(7), bytes.subarray(7), `bytes from 7 of ${size}`);
        await stored.close?.();
      }
    },
  },
  {
    name: "slices may be read at the same time",
    async run({ put, open, key }) {
      const bytes = sampleBytes(300 * kibi);
      await put("parallel", bytes);
      const stored = await open(key("parallel"));
      const ranges = rangesWithin(bytes.byteLength);
      const parts = await Promise.all(ranges.map(async ([start, end]) => stored.source.slice(start, end)));
      for (const [i, [start, end]] of ranges.entries()) {
        expectBytes(parts[i]!, bytes.subarray(start, end), `bytes ${start}…${end}, read beside others`);
      }
      await stored.close?.();
    },
  },
  {
    name: "a range outside the blob is a RangeError",
    async run({ put, open, key }) {
      for (const size of [10, 100 * kibi]) {
        await put(`range ${size}`, sampleBytes(size));
        const { source, close } = await open(key(`range ${size}`));
        for (const [start, end] of [
          [-1, 5],
          [0, size + 1],
          [size + 1, size + 1],
          [6, 5],
          [0.5, 5],
          [Number.NaN, 5],
        ]) {
          await expectRangeError(async () => source.slice(start!, end), `slice(${start}, ${end}) of ${size} bytes`);
        }
        await close?.();
      }
    },
  },
  {
    name: "the source knows its length without being read",
    brief: true,
    async run({ put, open, key }) {
      for (const size of [0, 17, 100 * kibi]) {
        await put(`length ${size}`, sampleBytes(size));
        const stored = await open(key(`length ${size}`));
        assert.equal(stored.source.byteLength, size);
        await stored.close?.();
      }
    },
  },
  {
    name: "the caller may write to its buffer once setBlob has resolved",
    brief: true,
    async run({ put, read, key }) {
      for (const size of [100, 100 * kibi]) {
        const bytes = sampleBytes(size);
        const expected = new Uint8Array(bytes);
        await put(`reused ${size}`, bytes);
        bytes.fill(0);
        expectBytes((await read(key(`reused ${size}`))).bytes, expected, "a blob whose buffer was used again");
      }
    },
  },
  {
    name: "the backend does not write to the caller's buffer",
    async run({ put }) {
      const bytes = sampleBytes(1000);
      const expected = new Uint8Array(bytes);
      await put("untouched", bytes);
      expectBytes(bytes, expected, "the buffer that was handed to setBlob");
    },
  },
  {
    name: "a reader that writes to the bytes it got changes nothing that is stored",
    brief: true,
    async run({ put, open, read, key }) {
      for (const size of [100, 100 * kibi]) {
        const bytes = sampleBytes(size);
        await put(`scribbled ${size}`, bytes);
        const stored = await open(key(`scribbled ${size}`));
        (await stored.source.slice(0)).fill(0);
        (await stored.source.slice(3, 50)).fill(0);
        expectBytes(await stored.source.slice(0), bytes, "a second read of one blob");
        await stored.close?.();
        expectBytes((await read(key(`scribbled ${size}`))).bytes, bytes, "a blob opened again");
      }
    },
  },
  {
    name: "equal bytes under two keys are two blobs",
    async run({ put, read, key }) {
      const bytes = sampleBytes(100 * kibi);
      await put("twin a", bytes, { origin: "a" });
      await put("twin b", bytes, { origin: "b" });
      await put("twin a", sampleBytes(3));
      const { record, bytes: kept } = await read(key("twin b"));
      assert.equal(record.origin, "b");
      expectBytes(kept, bytes, "the blob whose twin was overwritten");
    },
  },
  {
    name: "a blob may be closed, and closed again",
    async run({ put, open, key }) {
      for (const size of [10, 100 * kibi]) {
        await put(`closed ${size}`, sampleBytes(size));
        const stored = await open(key(`closed ${size}`));
        await stored.close?.();
        await stored.close?.();
        const disposed = await open(key(`closed ${size}`));
        await disposed[Symbol.asyncDispose]?.();
      }
    },
  },
  {
    name: "an expired blob is still returned while it is to be kept, for the cache to judge",
    async run({ put, read, key }) {
      for (const size of [20, 200_000]) {
        const record = await put(`expired ${size}`, sampleBytes(size), expiredButKept);
        const stored = await read(key(`expired ${size}`));
        expectRecord(stored.record, record, "the record of an expired blob");
        expectBytes(stored.bytes, sampleBytes(size), "an expired blob");
      }
    },
  },
  {
    name: "a blob that has expired for good is returned or forgotten, and its key can be used again",
    async run({ backend, put, read, key }) {
      const record = await put("expired for good", sampleBytes(20), { createdAt: 1000, expiresAt: 2000 });
      const stored = await backend.getBlob(key("expired for good"));
      if (stored !== undefined) expectRecord(stored.record, record, "the record of a blob that has expired for good");
      await stored?.close?.();
      await put("expired for good", sampleBytes(30));
      expectBytes((await read(key("expired for good"))).bytes, sampleBytes(30), "what was stored in its place");
    },
  },
];

function rangesWithin(size: number): [number, number][] {
  const marks = [0, 1, 2, 49, 64 * kibi - 1, 64 * kibi, 64 * kibi + 1, 128 * kibi, size - 1, size];
  const inside = marks.filter((mark) => mark <= size);
  return inside.flatMap((start) => inside.filter((end) => end >= start).map((end): [number, number] => [start, end]));
}
