import assert from "node:assert/strict";
import { mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bodyOf, expectBytes, rejection, sampleBytes } from "./expectations.js";
import type { TestDefinition } from "./test-definition.js";

async function withFile<Result>(bytes: Uint8Array, work: (file: string) => Promise<Result>): Promise<Result> {
  const folder = await mkdtemp(join(tmpdir(), "larder-conformance-"));
  try {
    await writeFile(join(folder, "body"), bytes);
    return await work(join(folder, "body"));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Objects stored and forgotten. */
export const writingTests: readonly TestDefinition[] = [
  {
    name: "write() tells of the object as head() does afterwards",
    ability: "write",
    async run({ storage, path }) {
      for (const size of [0, 1, 300_000]) {
        const name = path(`told-${size}`);
        const told = await storage.write!(name, { bytes: sampleBytes(size) });
        const object = await storage.head(name);
        assert.deepEqual([told.path, told.byteLength], [name, size], "what write() tells");
        assert.equal(told.version, object?.version, "the version that write() tells");
      }
    },
  },
  {
    name: "an overwrite replaces an object, by shorter and longer bytes",
    ability: "write",
    async run({ storage, path }) {
      for (const [i, size] of [1000, 100_000, 10, 0, 70_000].entries()) {
        await storage.write!(path("overwritten"), { bytes: sampleBytes(size, i) });
        const bytes = await bodyOf(await storage.read(path("overwritten")), `overwritten by ${size} bytes`);
        expectBytes(bytes, sampleBytes(size, i), `overwritten by ${size} bytes`);
      }
    },
  },
  {
    name: "a part of a larger buffer is stored as that part, and the caller's buffer stays as it is",
    ability: "write",
    async run({ storage, path }) {
      const memory = sampleBytes(100_100);
      const expected = memory.slice(50, 100_050);
      const part = memory.subarray(50, 100_050);
      await storage.write!(path("part"), { bytes: part });
      expectBytes(part, expected, "the buffer of the caller");
      memory.fill(0);
      expectBytes(await bodyOf(await storage.read(path("part")), "a part"), expected, "a part of a buffer");
    },
  },
  {
    name: "a file is stored with all its bytes",
    ability: "write",
    async run({ storage, path }) {
      for (const size of [0, 5, 3_000_001]) {
        const bytes = sampleBytes(size);
        await withFile(bytes, (file) => storage.write!(path(`file-${size}`), { file, byteLength: size }));
        const read = await bodyOf(await storage.read(path(`file-${size}`)), `a file of ${size} bytes`);
        expectBytes(read, bytes, `a file of ${size} bytes`);
      }
    },
  },
  {
    name: "a file that is not there, or has another length than was said, is not stored, and what was there stays",
    ability: "write",
    async run({ storage, path }) {
      const before = sampleBytes(400);
      await storage.write!(path("kept"), { bytes: before });
      await withFile(sampleBytes(200_000), async (file) => {
        for (const byteLength of [199_999, 200_001, 100, 900_000]) {
          await rejection(
            storage.write!(path("kept"), { file, byteLength }),
            `a file of 200,000 bytes, said to be ${byteLength}`,
          );
        }
        await rejection(
          storage.write!(path("kept"), { file: `${file}-not`, byteLength: 5 }),
          "a file that is not there",
        );
      });
      expectBytes(await bodyOf(await storage.read(path("kept")), "what was there"), before, "what was there");
    },
  },
  {
    name: "a deleted object is forgotten, and its name can be used again",
    ability: "write",
    async run({ storage, path }) {
      assert.equal(typeof (await storage.delete!(path("never"))), "boolean", "what delete() of nothing resolves to");
      await storage.write!(path("deleted"), { bytes: sampleBytes(10, 1) });
      assert.equal(await storage.delete!(path("deleted")), true, "delete() of what is there");
      assert.equal(await storage.head(path("deleted")), undefined, "head() of what was deleted");
      await storage.write!(path("deleted"), { bytes: sampleBytes(20, 2) });
      expectBytes(
        await bodyOf(await storage.read(path("deleted")), "written again"),
        sampleBytes(20, 2),
        "written again",
      );
    },
  },
  {
    name: "many writes at a time all arrive",
    ability: "write",
    async run({ storage, path }) {
      const all = Array.from({ length: 16 }, (_, i) => i);
      await Promise.all(all.map((i) => storage.write!(path(`at once/${i}`), { bytes: sampleBytes(30_000 + i, i) })));
      for (const i of all) {
        const bytes = await bodyOf(await storage.read(path(`at once/${i}`)), `write ${i} of many`);
        expectBytes(bytes, sampleBytes(30_000 + i, i), `write ${i} of many`);
      }
    },
  },
  {
    name: "what is written at a time to one object is one of the writes, whole",
    ability: "write",
    async run({ storage, path }) {
      const all = Array.from({ length: 8 }, (_, i) => i);
      await Promise.all(all.map((i) => storage.write!(path("contended"), { bytes: sampleBytes(200_000, i) })));
      const bytes = await bodyOf(await storage.read(path("contended")), "a contended object");
      assert.ok(
        all.some((i) => Buffer.compare(bytes, sampleBytes(200_000, i)) === 0),
        "a contended object has the bytes of none of its writes",
      );
    },
  },
  {
    name: "another storage on the same bundle sees what this one writes and deletes",
    ability: "write",
    needsSecond: true,
    async run({ storage, opened, path }) {
      const { second } = opened;
      const written = await storage.write!(path("shared"), { bytes: sampleBytes(77, 1) });
      assert.equal((await second!.head(path("shared")))?.version, written.version, "the version that the other sees");
      expectBytes(
        await bodyOf(await second!.read(path("shared")), "seen by the other"),
        sampleBytes(77, 1),
        "seen by the other",
      );
      await second!.delete!(path("shared"));
      assert.equal(await storage.head(path("shared")), undefined, "what the other deleted");
      assert.equal(second!.url, storage.url, "the address of the other");
    },
  },
];
