import assert from "node:assert/strict";
import type { BlobRecord } from "../blob-record.js";
import { expectBytes, expectRecord } from "./expectations.js";
import { fullRecordFields, recordOf, sampleBytes } from "./sample-blobs.js";
import type { TestDefinition } from "./test-definition.js";

/** Records in, the same records out. */
export const recordTests: readonly TestDefinition[] = [
  {
    name: "a record comes back with every field",
    brief: true,
    async run({ put, read, key }) {
      for (const size of [0, 10, 100_000]) {
        const record = await put(`full ${size}`, sampleBytes(size), fullRecordFields);
        expectRecord((await read(key(`full ${size}`))).record, record, `a full record of ${size} bytes`);
      }
    },
  },
  {
    name: "a record with the fewest fields comes back without others",
    async run({ put, read, key }) {
      const record = await put("least", sampleBytes(10));
      expectRecord((await read(key("least"))).record, record, "the least record");
    },
  },
  {
    name: "a record keeps any Unicode in its tags, its origin and its details",
    async run({ put, read, key }) {
      const text = 'é e\u0301 日本語 🦔 \u0000 \u001f " \\ \ud800 \u2028 </script>';
      const details = JSON.parse(
        `{"__proto__":{"x":1},"constructor":1,${JSON.stringify(text)}:[${JSON.stringify(text)}]}`,
      );
      const record = await put("unicode", sampleBytes(10), { tags: [text, text], origin: text, details });
      expectRecord((await read(key("unicode"))).record, record, "a record full of Unicode");
    },
  },
  {
    name: "an overwrite replaces record and bytes together",
    brief: true,
    async run({ put, read, key }) {
      for (const size of [10, 100_000]) {
        await put("both", sampleBytes(size, 1), fullRecordFields);
        const record = await put("both", sampleBytes(size, 2), { origin: "second" });
        const stored = await read(key("both"));
        expectRecord(stored.record, record, "an overwritten record");
        expectBytes(stored.bytes, sampleBytes(size, 2), "the overwritten bytes");
      }
    },
  },
  {
    name: "an overwrite with the same bytes replaces the record",
    async run({ put, read, key }) {
      for (const size of [10, 100_000]) {
        await put("same bytes", sampleBytes(size), { ...fullRecordFields, expiresAt: 1 });
        const record = await put("same bytes", sampleBytes(size), { createdAt: 5, tags: ["new"] });
        expectRecord((await read(key("same bytes"))).record, record, "the record of the second writing");
      }
    },
  },
  {
    name: "writing to a record, before or after, changes nothing that is stored",
    async run({ backend, read, key }) {
      const bytes = sampleBytes(10);
      const record = { ...(await recordOf(bytes)), tags: ["one"], details: { list: [1] } };
      const expected = structuredClone(record);
      await backend.setBlob(key("record"), { record, bytes });
      record.tags.push("two");
      record.details.list.push(2);
      record.createdAt = 0;
      const first = await read(key("record"));
      expectRecord(first.record, expected, "a record whose object was written to after it was stored");
      scribble(first.record);
      expectRecord((await read(key("record"))).record, expected, "a record whose reader wrote to it");
    },
  },
];

/** Writes to a record as far as it lets itself be written to. */
function scribble(record: BlobRecord): void {
  const open = record as unknown as { createdAt: number; tags: string[]; details: { list: number[] } };
  for (const write of [
    () => {
      open.createdAt = 1;
    },
    () => open.tags.push("scribbled"),
    () => open.details.list.push(3),
  ]) {
    try {
      write();
    } catch (error) {
      assert.ok(error instanceof TypeError); // a frozen record: as good
    }
  }
}
