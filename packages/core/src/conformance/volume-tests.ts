import assert from "node:assert/strict";
import type { CacheBackend } from "../backend.js";
import type { SizeLimit, Volume } from "../capabilities/index.js";
import { sampleBytes } from "./sample-blobs.js";
import type { TestDefinition } from "./test-definition.js";

/** For backends that know their size, with a limit or without. */
export const volumeTests: readonly TestDefinition[] = [
  {
    name: "volume() counts each blob and what it takes up, and no longer when it is gone",
    brief: true,
    capability: "sizeLimit",
    async run(ground) {
      const { backend, put, key } = ground;
      const before = await volumeOf(backend);
      let last = before;
      for (const size of [0, 10, 5000, 300_000]) {
        await put(`v ${size}`, sampleBytes(size));
        const now = await volumeOf(backend);
        assert.equal(now.entries, last.entries + 1, "the number of blobs after one more was stored");
        assert.ok(now.sizeBytes > last.sizeBytes, "what is taken up does not grow with a blob that is stored");
        assert.ok(now.sizeBytes >= last.sizeBytes + size, `a blob of ${size} bytes is counted for less than its bytes`);
        last = now;
      }
      if (backend.supports?.entryIndex !== true) return;
      for (const size of [0, 10, 5000, 300_000]) await ground.index().deleteBlob(key(`v ${size}`));
      await ground.index().deleteBlob(key("v 10"));
      const { entries, sizeBytes } = await volumeOf(backend);
      assert.deepEqual({ entries, sizeBytes }, { entries: before.entries, sizeBytes: before.sizeBytes });
    },
  },
  {
    name: "an overwritten blob is counted once, as large as it is now",
    capability: "sizeLimit",
    async run({ backend, put }) {
      // More than a block, in which a file is counted.
      for (const size of [5000, 300_000]) {
        const empty = await volumeOf(backend);
        await put(`o ${size}`, sampleBytes(size, 1));
        const first = await volumeOf(backend);
        await put(`o ${size}`, sampleBytes(size, 2));
        assert.equal((await volumeOf(backend)).sizeBytes, first.sizeBytes, "overwritten with as many other bytes");
        await put(`o ${size}`, sampleBytes(3 * size));
        const larger = await volumeOf(backend);
        assert.ok(larger.sizeBytes - empty.sizeBytes >= 3 * size, "overwritten with more bytes");
        await put(`o ${size}`, sampleBytes(1));
        const smaller = await volumeOf(backend);
        assert.ok(smaller.sizeBytes < larger.sizeBytes, "overwritten with fewer bytes");
        assert.equal(smaller.entries, empty.entries + 1, "the number of blobs after one was overwritten");
      }
    },
  },
  {
    name: "volume() counts what is written at once",
    capability: "sizeLimit",
    async run({ backend, put }) {
      const before = await volumeOf(backend);
      await Promise.all(Array.from({ length: 60 }, (_, i) => put(`at once ${i % 40}`, sampleBytes(i * 10))));
      const after = await volumeOf(backend);
      assert.equal(after.entries, before.entries + 40);
      assert.equal(after.reservedBytes, before.reservedBytes, "what was reserved for writes that have ended");
    },
  },
];

/** For the end of the suite, where everything may be cleared. */
export const volumeClearTests: readonly TestDefinition[] = [
  {
    name: "after clear() the volume is that of nothing",
    capability: "sizeLimit",
    clears: true,
    async run({ backend, put }) {
      await backend.clear();
      const empty = await volumeOf(backend);
      assert.equal(empty.entries, 0);
      for (const size of [10, 300_000]) await put(`v ${size}`, sampleBytes(size), { pinned: true });
      await backend.clear();
      const { entries, sizeBytes } = await volumeOf(backend);
      assert.deepEqual({ entries, sizeBytes }, { entries: 0, sizeBytes: empty.sizeBytes });
    },
  },
];

/** The volume of a backend, every number of it seen to be one. */
export async function volumeOf(backend: CacheBackend): Promise<Volume> {
  const volume = await (backend as CacheBackend & SizeLimit).volume();
  const { entries, sizeBytes, reservedBytes, limitBytes } = volume;
  for (const [name, number] of Object.entries({ entries, sizeBytes, reservedBytes })) {
    assert.ok(Number.isSafeInteger(number) && number >= 0, `${name} of volume() is ${number}`);
  }
  if (limitBytes !== undefined) {
    assert.ok(
      sizeBytes + reservedBytes <= limitBytes,
      `${sizeBytes} bytes are taken and ${reservedBytes} reserved, which passes the limit of ${limitBytes}`,
    );
  }
  return volume;
}
