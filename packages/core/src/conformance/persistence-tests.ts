import assert from "node:assert/strict";
import { expectBytes, expectRecord } from "./expectations.js";
import { fullRecordFields, recordOf, sampleBytes } from "./sample-blobs.js";
import type { TestDefinition } from "./test-definition.js";

const sizes = [0, 100, 300_000];

/** For backends whose content outlives them. */
export const persistenceTests: readonly TestDefinition[] = [
  {
    name: "what was stored is there after closing and opening again",
    capability: "persistent",
    needs: "reopen",
    async run({ backend, put, read, key, nodeName, reopen }) {
      const records = [];
      for (const size of sizes) records.push(await put(`kept ${size}`, sampleBytes(size), fullRecordFields));
      const signature = signatureOf(nodeName("kept"), "1");
      await backend.setMeta(signature);
      const again = await reopen();
      for (const [i, size] of sizes.entries()) {
        const { record, bytes } = await read(key(`kept ${size}`), again);
        expectRecord(record, records[i]!, `a record of ${size} bytes, after opening again`);
        expectBytes(bytes, sampleBytes(size), `a blob of ${size} bytes, after opening again`);
      }
      assert.deepEqual({ ...(await again.getMeta(nodeName("kept"))) }, signature);
      assert.equal(await again.getBlob(key("never set")), undefined);
    },
  },
  {
    name: "what one backend has written another on the same storage reads, at once and both ways",
    capability: "persistent",
    needs: "second",
    async run({ backend, put, read, key, nodeName, second }) {
      const other = await second();
      for (const size of sizes) {
        // Each has looked before the other writes: what a backend remembers of a key must not outlive that.
        assert.equal(await other.getBlob(key(`shared ${size}`)), undefined);
        await put(`shared ${size}`, sampleBytes(size, 1), { origin: "first" });
        await read(key(`shared ${size}`));
        const seen = await read(key(`shared ${size}`), other);
        assert.equal(seen.record.origin, "first");
        expectBytes(seen.bytes, sampleBytes(size, 1), "what the first has written");
        const bytes = sampleBytes(size + 1, 2);
        await other.setBlob(key(`shared ${size}`), { record: await recordOf(bytes, { origin: "second" }), bytes });
        const back = await read(key(`shared ${size}`));
        assert.equal(back.record.origin, "second");
        expectBytes(back.bytes, bytes, "what the second has written");
      }
      await backend.setMeta(signatureOf(nodeName("shared"), "1"));
      assert.equal((await other.getMeta(nodeName("shared")))?.codeHash, "1");
      await other.setMeta(signatureOf(nodeName("shared"), "2"));
      assert.equal((await backend.getMeta(nodeName("shared")))?.codeHash, "2");
    },
  },
  {
    name: "a blob opened by one backend stays readable when another overwrites it",
    capability: "persistent",
    needs: "second",
    async run({ put, open, key, second }) {
      const other = await second();
      for (const size of [100, 300_000]) {
        await put(`held ${size}`, sampleBytes(size, 1));
        const stored = await open(key(`held ${size}`));
        const bytes = sampleBytes(size, 2);
        await other.setBlob(key(`held ${size}`), { record: await recordOf(bytes), bytes });
        expectBytes(await stored.source.slice(0), sampleBytes(size, 1), "a blob that another backend overwrote");
        await stored.close?.();
      }
    },
  },
];

function signatureOf(nodeName: string, codeHash: string) {
  return { nodeName, codeHash, envHash: "e", inputsHash: "i", depsHash: "d", timestamp: 1_700_000_000_000 };
}
