import assert from "node:assert/strict";
import type { StoredBlob } from "../backend.js";
import { expectBytes, expectRecord } from "./expectations.js";
import { recordOf, sampleBytes } from "./sample-blobs.js";
import type { TestDefinition } from "./test-definition.js";

const sizes = [100, 300_000];

/** Who has opened a blob can read it to the end, whatever becomes of its key. */
export const openBlobTests: readonly TestDefinition[] = [
  {
    name: "a blob opened before an overwrite is still the old one, record and bytes",
    brief: true,
    async run({ put, open, key }) {
      for (const size of sizes) {
        const record = await put(`old ${size}`, sampleBytes(size, 1), { origin: "old" });
        const stored = await open(key(`old ${size}`));
        await put(`old ${size}`, sampleBytes(size, 2), { origin: "new" });
        await put(`old ${size}`, sampleBytes(size + 1, 3), { origin: "newest" });
        expectRecord(stored.record, record, "a record opened before its key was overwritten");
        await expectReadable(stored, sampleBytes(size, 1), "a blob opened before its key was overwritten");
      }
    },
  },
  {
    name: "a blob opened before it was deleted can still be read",
    capability: "entryIndex",
    async run({ put, open, key, index }) {
      for (const size of sizes) {
        await put(`deleted ${size}`, sampleBytes(size));
        const stored = await open(key(`deleted ${size}`));
        await index().deleteBlob(key(`deleted ${size}`));
        await expectReadable(stored, sampleBytes(size), "a blob opened before it was deleted");
      }
    },
  },
  {
    name: "a blob opened twice is read twice, and closing one leaves the other",
    async run({ put, open, key }) {
      for (const size of sizes) {
        await put(`twice ${size}`, sampleBytes(size));
        const first = await open(key(`twice ${size}`));
        const second = await open(key(`twice ${size}`));
        await first.close?.();
        await expectReadable(second, sampleBytes(size), "a blob whose other reader has closed it");
      }
    },
  },
];

/** Writes to one key at the same time. */
export const concurrencyTests: readonly TestDefinition[] = [
  {
    name: "values set to one key at once leave one of them, with its own record",
    brief: true,
    async run({ put, read, key }) {
      for (const size of sizes) {
        const writers = Array.from({ length: 12 }, (_, i) => i);
        await Promise.all(writers.map((i) => put(`race ${size}`, sampleBytes(size + i, i), { origin: `${i}` })));
        const { record, bytes } = await read(key(`race ${size}`));
        const winner = Number(record.origin);
        assert.ok(writers.includes(winner), `the record is of nobody: ${record.origin}`);
        expectRecord(record, await recordOf(sampleBytes(size + winner, winner), { origin: `${winner}` }), "the winner");
        expectBytes(bytes, sampleBytes(size + winner, winner), `the bytes beside the record of writer ${winner}`);
      }
    },
  },
  {
    name: "whoever reads while a key is overwritten gets a record and the bytes that belong to it",
    run: ({ backend, put, key }) => readWhileWriting([backend], put, key("interleaved")),
  },
  {
    name: "with two backends writing to one key in turns, no record meets the bytes of the other",
    needs: "second",
    async run({ backend, put, key, second }) {
      await readWhileWriting([backend, await second()], put, key("interleaved by two"));
    },
  },
];

async function expectReadable(stored: StoredBlob, expected: Uint8Array, what: string): Promise<void> {
  expectBytes(await stored.source.slice(10, 70), expected.subarray(10, 70), `${what}, in part`);
  expectBytes(await stored.source.slice(0), expected, what);
  await stored.close?.();
}

/** Two writers and two readers on one key, for a fixed number of rounds each. */
async function readWhileWriting(
  backends: readonly { getBlob(key: string): Promise<StoredBlob | undefined>; setBlob: SetBlob }[],
  put: (suffix: string, bytes: Uint8Array, extra?: { origin: string }) => Promise<unknown>,
  key: string,
): Promise<void> {
  await put("warm-up", sampleBytes(1));
  const backendOf = (i: number) => backends[i % backends.length]!;
  const values = Array.from({ length: 30 }, (_, origin) => sampleBytes(50 + (origin % 3) * 80_000 + origin, origin));
  const bytesOf = (origin: number) => values[origin] ?? assert.fail(`the record is of no writing: ${origin}`);

  const write = async (writer: number) => {
    for (let round = 0; round < 15; round++) {
      const origin = round * 2 + writer;
      const bytes = bytesOf(origin);
      await backendOf(writer).setBlob(key, { record: await recordOf(bytes, { origin: `${origin}` }), bytes });
    }
  };
  const read = async (reader: number) => {
    for (let round = 0; round < 40; round++) {
      const stored = await backendOf(reader).getBlob(key);
      if (stored === undefined) {
        await new Promise(setImmediate); // nothing is written yet: let the writers come to it
        continue;
      }
      const origin = Number(stored.record.origin);
      expectBytes(await stored.source.slice(0), bytesOf(origin), `the bytes beside the record of writing ${origin}`);
      await stored.close?.();
    }
  };
  await Promise.all([write(0), write(1), read(0), read(1)]);
}

type SetBlob = (
  key: string,
  blob: { record: Awaited<ReturnType<typeof recordOf>>; bytes: Uint8Array },
) => Promise<void>;
