import assert from "node:assert/strict";
import type { CacheBackend } from "../backend.js";
import type { BlobRecord } from "../blob-record.js";
import type { BlobStreams, RecordOfStream, StreamRecord, TagIndex } from "../capabilities/index.js";
import { expectBytes, expectRecord } from "./expectations.js";
import type { Ground } from "./ground.js";
import { fullRecordFields, recordOf, sampleBytes } from "./sample-blobs.js";
import type { TestDefinition } from "./test-definition.js";

const kibi = 1024;
const sizes = [0, 1, 100, 64 * kibi - 1, 64 * kibi, 64 * kibi + 1, 300 * kibi, 2 * kibi * kibi + 3];
const template: RecordOfStream = { codec: "larder.bytes.1", createdAt: 1_700_000_000_000 };

/** For backends that store a blob before its length is known. */
export const streamTests: readonly TestDefinition[] = [
  {
    name: "a stream is stored whole, and resolves to its complete record",
    brief: true,
    capability: "streams",
    async run(ground) {
      for (const size of sizes) {
        for (const step of [7 * kibi + 1, 100_000, 4 * kibi * kibi]) {
          const bytes = sampleBytes(size);
          const record = await store(ground, "whole", piecesOf(bytes, step));
          expectRecord(record, await recordOf(bytes), `the record of a stream of ${size} bytes`);
          const stored = await ground.read(ground.key("whole"));
          expectBytes(stored.bytes, bytes, `a stream of ${size} bytes in steps of ${step}`);
          expectRecord(stored.record, record, `the record of a stream of ${size} bytes, read again`);
        }
      }
    },
  },
  {
    name: "the record of a stream keeps every field it was given",
    capability: "streams",
    async run(ground) {
      for (const size of [10, 300 * kibi]) {
        const bytes = sampleBytes(size);
        const given: RecordOfStream = structuredClone(fullRecordFields);
        const storing = store(ground, "full", piecesOf(bytes, 50_000), given);
        (given as { createdAt: number }).createdAt = 1;
        const expected = await recordOf(bytes, fullRecordFields);
        expectRecord(await storing, expected, "the record a stream resolves to");
        expectRecord((await ground.read(ground.key("full"))).record, expected, "the record of a stream");
      }
    },
  },
  {
    name: "the record of a stream may be given when the stream has ended",
    brief: true,
    capability: "streams",
    async run(ground) {
      for (const size of [0, 10, 300 * kibi]) {
        let ended = false;
        let asked = 0;
        async function* chunks() {
          yield* piecesOf(sampleBytes(size), 50_000);
          ended = true;
        }
        const atEnd = (): RecordOfStream => {
          asked++;
          return { ...template, details: { ended, asked } };
        };
        const record = await store(ground, "late", chunks(), atEnd);
        const expected = await recordOf(sampleBytes(size), { ...template, details: { ended: true, asked: 1 } });
        expectRecord(record, expected, "the record given at the end of a stream");
        expectRecord((await ground.read(ground.key("late"))).record, expected, "that record, read again");
      }
    },
  },
  {
    name: "chunks may be empty, and their buffer be used again for the next",
    brief: true,
    capability: "streams",
    async run(ground) {
      for (const size of [10, 300 * kibi]) {
        const bytes = sampleBytes(size);
        const record = await store(ground, "reused", inOneBuffer(bytes, 4096));
        expectRecord(record, await recordOf(bytes), "the record of a stream from one buffer");
        expectBytes((await ground.read(ground.key("reused"))).bytes, bytes, "a stream from one buffer");
      }
    },
  },
  {
    name: "a stream that breaks off throws what broke it, and leaves what was stored before",
    brief: true,
    capability: "streams",
    async run(ground) {
      const { backend, key, put } = ground;
      for (const size of [0, 100, 300 * kibi]) {
        await put("before", sampleBytes(50, 1));
        for (const suffix of ["before", "nothing before"]) {
          const broken = new Error("the stream broke off");
          const storing = store(ground, suffix, breakingOff(sampleBytes(size, 2), broken));
          await assert.rejects(storing, (error) => error === broken, "a stream that broke off throws what broke it");
        }
        expectBytes((await ground.read(key("before"))).bytes, sampleBytes(50, 1), "what was stored before");
        assert.equal(await backend.getBlob(key("nothing before")), undefined, "what broke off is stored");
      }
    },
  },
  {
    name: "what a key had is there until a stream has ended, and can be read on by who has opened it",
    capability: "streams",
    async run(ground) {
      const { key, put, open, read } = ground;
      for (const size of [100, 300 * kibi]) {
        await put("replaced", sampleBytes(size, 1));
        const opened = await open(key("replaced"));
        async function* watched() {
          yield sampleBytes(size, 2);
          expectBytes((await read(key("replaced"))).bytes, sampleBytes(size, 1), "what is there while a stream runs");
          yield sampleBytes(5, 3);
        }
        await store(ground, "replaced", watched());
        const expected = Buffer.concat([sampleBytes(size, 2), sampleBytes(5, 3)]);
        expectBytes((await read(key("replaced"))).bytes, expected, "what is there when the stream has ended");
        expectBytes(await opened.source.slice(0), sampleBytes(size, 1), "a blob opened before a stream replaced it");
        await opened.close?.();
      }
    },
  },
  {
    name: "of streams to one key at once one is there, whole",
    capability: "streams",
    async run(ground) {
      for (const size of [100, 200 * kibi]) {
        const writers = Array.from({ length: 6 }, (_, i) => i);
        const records = await Promise.all(
          writers.map((i) => store(ground, "race", piecesOf(sampleBytes(size + i, i), 30_000))),
        );
        const stored = await ground.read(ground.key("race"));
        const winner = records.findIndex((record) => record.checksum === stored.record.checksum);
        assert.ok(writers.includes(winner), "the record is of no stream");
        expectBytes(stored.bytes, sampleBytes(size + winner, winner), `the bytes of stream ${winner} of six`);
      }
    },
  },
  {
    name: "what came by a stream is listed and tagged as any other blob",
    capability: "streams",
    async run(ground) {
      const { backend, prefix, key } = ground;
      const tags = [`${prefix}t`];
      await store(ground, "listed", piecesOf(sampleBytes(300 * kibi), 100_000), { ...template, tags });
      if (backend.supports?.entryIndex === true) {
        const keys: string[] = [];
        for await (const found of ground.index().keys({ prefix })) keys.push(found);
        assert.deepEqual(keys, [key("listed")]);
      }
      if (backend.supports?.tags === true) {
        const keys: string[] = [];
        for await (const found of (backend as CacheBackend & TagIndex).taggedKeys({ allTags: tags })) keys.push(found);
        assert.deepEqual(keys, [key("listed")]);
      }
    },
  },
];

function store(
  { backend, key }: Ground,
  suffix: string,
  chunks: AsyncIterable<Uint8Array>,
  record: StreamRecord = template,
): Promise<BlobRecord> {
  return (backend as CacheBackend & BlobStreams).setBlobStream(key(suffix), chunks, record);
}

async function* piecesOf(bytes: Uint8Array, step: number): AsyncGenerator<Uint8Array> {
  for (let start = 0; start < bytes.byteLength; start += step) yield bytes.slice(start, start + step);
}

/** The same memory for each chunk, as a file is read; every other one is empty. */
async function* inOneBuffer(bytes: Uint8Array, step: number): AsyncGenerator<Uint8Array> {
  const buffer = new Uint8Array(step);
  for (let start = 0; start < bytes.byteLength; start += step) {
    const part = bytes.subarray(start, start + step);
    buffer.set(part);
    yield buffer.subarray(0, part.byteLength);
    buffer.fill(0);
    yield buffer.subarray(0, 0);
  }
}

async function* breakingOff(bytes: Uint8Array, error: Error): AsyncGenerator<Uint8Array> {
  if (bytes.byteLength > 0) yield bytes.subarray(0, bytes.byteLength >> 1);
  throw error;
}
