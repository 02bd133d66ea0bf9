import assert from "node:assert/strict";
import { writeFile } from "node:fs/promises";
import { join } from "node:path";
import { expectBytes, expectRecord } from "./expectations.js";
import { recordOf, sampleBytes } from "./sample-blobs.js";
import type { TestDefinition } from "./test-definition.js";

/** The two other forms of a blob to be stored: chunks, and a file. */
export const formTests: readonly TestDefinition[] = [
  {
    name: "bytes that arrive in chunks are stored whole",
    brief: true,
    async run({ backend, read, key }) {
      for (const cuts of [[0], [5], [0, 10, 10, 11, 500], [70_000, 140_000]]) {
        const bytes = sampleBytes(cuts.at(-1)! + 9);
        const record = await recordOf(bytes);
        await backend.setBlob(key(`chunks ${cuts}`), { record, chunks: chunksOf(bytes, cuts) });
        const stored = await read(key(`chunks ${cuts}`));
        expectBytes(stored.bytes, bytes, `a blob in ${cuts.length + 1} chunks`);
        expectRecord(stored.record, record, `a blob in ${cuts.length + 1} chunks`);
      }
    },
  },
  {
    name: "a file is stored whole",
    brief: true,
    async run({ backend, read, key, folder }) {
      for (const size of [0, 10, 200_000]) {
        const bytes = sampleBytes(size);
        const file = join(await folder(), `blob ${size}`);
        await writeFile(file, bytes);
        const record = await recordOf(bytes);
        await backend.setBlob(key(`file ${size}`), { record, file });
        const stored = await read(key(`file ${size}`));
        expectBytes(stored.bytes, bytes, `a blob from a file of ${size} bytes`);
        expectRecord(stored.record, record, `a blob from a file of ${size} bytes`);
      }
    },
  },
  {
    name: "chunks that break off leave what was stored before",
    async run({ backend, put, read, key }) {
      for (const size of [100, 200_000]) {
        const before = sampleBytes(50, 1);
        await put(`broken ${size}`, before);
        const record = await recordOf(sampleBytes(size, 2));
        const broken = new Error("the chunks broke off");
        const setting = backend.setBlob(key(`broken ${size}`), {
          record,
          chunks: breakingOff(sampleBytes(size, 2), broken),
        });
        await assert.rejects(setting, "setBlob resolves although its chunks broke off");
        expectBytes((await read(key(`broken ${size}`))).bytes, before, "what was stored before");
      }
    },
  },
  {
    name: "chunks that are fewer bytes than the record says are not stored",
    async run({ backend, key }) {
      for (const size of [100, 200_000]) {
        const record = await recordOf(sampleBytes(size));
        const chunks = chunksOf(sampleBytes(size).subarray(0, size - 1), [10]);
        await assert.rejects(
          backend.setBlob(key(`short ${size}`), { record, chunks }),
          "setBlob takes a blob cut short",
        );
        assert.equal(await backend.getBlob(key(`short ${size}`)), undefined);
      }
    },
  },
];

async function* chunksOf(bytes: Uint8Array, cuts: readonly number[]): AsyncGenerator<Uint8Array> {
  let start = 0;
  for (const cut of [...cuts, bytes.byteLength]) {
    yield bytes.subarray(start, cut);
    start = cut;
  }
}

async function* breakingOff(bytes: Uint8Array, error: Error): AsyncGenerator<Uint8Array> {
  yield bytes.subarray(0, bytes.byteLength >> 1);
  throw error;
}
