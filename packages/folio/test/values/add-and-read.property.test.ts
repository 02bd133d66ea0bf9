import { bytesSource, LarderError } from "@larder/core";
import { Int64, Table, tableFromArrays, Utf8, vectorFromArray } from "apache-arrow";
import fc from "fast-check";
import { afterAll, beforeAll, expect, it } from "vitest";
import { checksumOfBytes } from "../../src/manifest/checksum-hasher.js";
import type { ItemKind } from "../../src/manifest/manifest.js";
import { readManifest } from "../../src/manifest/read-manifest.js";
import { decodeItem } from "../../src/values/decode-item.js";
import { addItem } from "../../src/writing/add-item.js";
import { type MemoryStorage, memoryStorage } from "../memory-storage.js";
import { type WritingParts, writingParts } from "../writing/writing-parts.js";

let storage: MemoryStorage;
let parts: WritingParts;
beforeAll(async () => {
  storage = memoryStorage();
  parts = await writingParts(storage);
});
afterAll(() => parts.close());

/** Adds a value, and reads it by what the manifest says, checked by its checksum. */
async function addedAndRead(value: unknown, kind?: ItemKind): Promise<unknown> {
  const added = await addItem(parts, "it", value, { kind });
  const read = await readManifest(storage);
  if (read === undefined || read === "unchanged") throw new Error("no manifest");
  const item = read.manifest.items.get("it")!;
  const bytes = storage.objects.get(item.file!)!;
  expect(bytes.byteLength).toBe(item.sizeBytes);
  expect(await checksumOfBytes(item.checksumAlgorithm!, bytes)).toBe(item.checksum);
  expect(added).toMatchObject({ kind: item.kind, checksum: item.checksum });
  // One object for the item, and no more: what was replaced is gone.
  expect([...storage.objects.keys()].sort()).toEqual([item.file!, "items.json"].sort());
  if (item.kind !== "table") return decodeItem(item.kind, bytes);
  const table = parts.store.openTable(bytesSource(bytes));
  return table.scan().toArrow();
}

/** Values of each kind, with the kind that is found by itself. */
const anyValue: fc.Arbitrary<readonly [ItemKind, unknown]> = fc.oneof(
  fc
    .jsonValue()
    .filter((value) => typeof value !== "string")
    .map((value) => ["json", value] as const),
  fc.string({ unit: "grapheme" }).map((value) => ["text", value] as const),
  fc.date({ noInvalidDate: true }).map((value) => ["timestamp", value] as const),
  fc.uint8Array().map((value) => ["binary", value] as const),
  fc
    .oneof<fc.Arbitrary<unknown>[]>(
      fc.int8Array(),
      fc.uint16Array(),
      fc.int16Array(),
      fc.uint32Array(),
      fc.int32Array(),
      fc.float32Array(),
      fc.float64Array(),
      fc.bigInt64Array(),
      fc.bigUint64Array(),
    )
    .map((value) => ["array", value] as const),
);

it("any value that is added comes back exactly, with its kind, or is refused", async () => {
  await fc.assert(
    fc.asyncProperty(anyValue, async ([kind, value]) => {
      let read: unknown;
      try {
        read = await addedAndRead(value);
      } catch (error) {
        // -0 in JSON.
        if (LarderError.isInstance(error, "unencodable-item") && kind === "json") return;
        throw error;
      }
      expect(await readKind()).toBe(kind);
      expect(read).toStrictEqual(value);
    }),
    { numRuns: 300 },
  );
});

async function readKind(): Promise<string> {
  return JSON.parse(storage.text("items.json")!).items.it.kind;
}

it("bytes are kept under any kind of bytes, and of a buffer only its part", async () => {
  for (const kind of ["binary", "model", "file"] as const) {
    expect(await addedAndRead(Buffer.from("a model").subarray(2), kind)).toEqual(Uint8Array.from(Buffer.from("model")));
    expect(await addedAndRead(Uint8Array.of(1, 2).buffer, kind)).toEqual(Uint8Array.of(1, 2));
  }
  expect(await addedAndRead(Uint8Array.of(1, 2), "array")).toEqual(Uint8Array.of(1, 2));
});

it("an Arrow table comes back with its types, nulls and 64-bit numbers, and its columns are in the manifest", async () => {
  const table = new Table({
    id: vectorFromArray([1n, 2n ** 62n, -5n], new Int64()),
    city: vectorFromArray(["Łódź", null, ""], new Utf8()),
  });
  const read = (await addedAndRead(table)) as Table;
  expect(read.schema.fields.map(({ name, type }) => [name, String(type)])).toEqual([
    ["id", "Int64"],
    ["city", "Utf8"],
  ]);
  expect(read.toArray().map((row) => ({ ...row }))).toEqual(table.toArray().map((row) => ({ ...row })));
  expect(JSON.parse(storage.text("items.json")!).items.it).toMatchObject({
    kind: "table",
    file: expect.stringMatching(/\.parquet$/),
    rows: 3,
    schema: [
      { name: "id", type: "Int64" },
      { name: "city", type: "Utf8" },
    ],
  });
});

it("an Arrow table of any numbers comes back", async () => {
  await fc.assert(
    fc.asyncProperty(fc.float64Array({ minLength: 1 }), async (values) => {
      const read = (await addedAndRead(tableFromArrays({ values }))) as Table;
      expect(read.getChild("values")!.toArray()).toEqual(values);
    }),
    { numRuns: 25 },
  );
});

it("what is no value of its kind is refused before anything is sent", async () => {
  const refused: readonly (readonly [unknown, ItemKind, RegExp])[] = [
    ["half a pair \ud800", "text", /surrogate/],
    [5, "text", /must be a string/],
    [new Date(Number.NaN), "timestamp", /invalid Date/],
    ["2026-01-31", "timestamp", /must be a Date/],
    ["text", "binary", /Uint8Array/],
    [[1, 2], "array", /typed array/],
    [{ when: new Date() }, "json", /\$\.when/],
    [{ rows: [] }, "table", /./],
  ];
  for (const [value, kind, reason] of refused) {
    storage.requests.length = 0;
    await expect(addItem(parts, "refused", value, { kind })).rejects.toThrow(reason);
    expect(storage.requests).toEqual([]);
  }
});
