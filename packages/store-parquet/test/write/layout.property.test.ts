import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { bytesSource } from "@larder/core";
import { type EncodeParquetOptions, encodeParquet, openParquet, writeParquetFile } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { parquetReadObjects } from "hyparquet";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { makeNestedTable, nestedRecipes } from "../support/random-nested.js";
import { makeTable, tableRecipes } from "../support/random-table.js";
import { tableDifference } from "../support/table-difference.js";

const seed = 20_261_130;

let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "larder-layout-"));
});

afterAll(() => rm(folder, { recursive: true, force: true }));

const layouts: fc.Arbitrary<EncodeParquetOptions> = fc.record(
  {
    rowGroupRows: fc.integer({ min: 1, max: 80 }),
    rowGroupBytes: fc.integer({ min: 1, max: 2000 }),
    pageRows: fc.integer({ min: 1, max: 40 }),
    pageBytes: fc.integer({ min: 1, max: 400 }),
    profile: fc.constantFrom("hot" as const, "cold" as const),
  },
  { requiredKeys: [] },
);

const readBack = (bytes: Uint8Array): Promise<arrow.Table> => openParquet(bytesSource(bytes)).scan().toArrow();

describe(`whatever the layout (seed ${seed})`, () => {
  test("flat tables come back, and the same table gives the same bytes", async () => {
    await fc.assert(
      fc.asyncProperty(tableRecipes, layouts, async (recipe, options) => {
        const table = makeTable(recipe);
        const { bytes } = await encodeParquet(table, options);
        expect(tableDifference(table, await readBack(bytes))).toBeUndefined();
        expect(Buffer.compare((await encodeParquet(table, options)).bytes, bytes)).toBe(0);
      }),
      { seed, numRuns: 150 },
    );
  });

  test("nested tables come back", async () => {
    await fc.assert(
      fc.asyncProperty(nestedRecipes, layouts, async (recipe, options) => {
        const table = makeNestedTable(recipe);
        const { bytes } = await encodeParquet(table, options);
        expect(tableDifference(table, await readBack(bytes))).toBeUndefined();
      }),
      { seed, numRuns: 150 },
    );
  });

  test("a table written to a file is the same bytes", async () => {
    await fc.assert(
      fc.asyncProperty(tableRecipes, layouts, fc.boolean(), async (recipe, options, sync) => {
        const table = makeTable(recipe);
        const { bytes, details } = await encodeParquet(table, options);
        const path = join(folder, "table.parquet");
        const written = await writeParquetFile(path, table, { ...options, sync });
        expect(written).toEqual({ ...details, byteLength: bytes.byteLength });
        expect(Buffer.compare(await readFile(path), bytes)).toBe(0);
      }),
      { seed, numRuns: 30 },
    );
  });

  test("hyparquet reads text, bytes and indices as they are", async () => {
    const value = fc.option(fc.string({ unit: "grapheme", maxLength: 8 }), { nil: null });
    await fc.assert(
      fc.asyncProperty(fc.array(value, { minLength: 1, maxLength: 300 }), layouts, async (values, options) => {
        const text = arrow.vectorFromArray(values, new arrow.Utf8());
        const large = arrow.vectorFromArray(values, new arrow.LargeUtf8());
        const words = arrow.vectorFromArray(values, new arrow.Dictionary(new arrow.Utf8(), new arrow.Int16() as never));
        const { bytes } = await encodeParquet(new arrow.Table({ text, large, words }), { ...options, profile: "hot" });
        const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
        const rows = await parquetReadObjects({ file });
        expect(rows).toEqual(values.map((one) => ({ text: one, large: one, words: one })));
      }),
      { seed, numRuns: 150 },
    );
  });

  test("columns that are parts of larger memory come back", async () => {
    await fc.assert(
      fc.asyncProperty(tableRecipes, fc.nat(40), fc.nat(40), layouts, async (recipe, offset, length, options) => {
        const whole = makeTable(recipe);
        // Arrow can't slice a table without a batch.
        const table = whole.batches.length === 0 ? whole : whole.slice(offset, offset + length);
        const { bytes } = await encodeParquet(table, options);
        expect(tableDifference(table, await readBack(bytes))).toBeUndefined();
      }),
      { seed, numRuns: 150 },
    );
  });
});

describe("indices of a dictionary that lie as a page wants them", () => {
  const words = (count: number): arrow.Vector =>
    arrow.vectorFromArray(
      Array.from({ length: count }, (_, i) => `w${i}`),
      new arrow.Utf8(),
    );
  type Indices = Int8Array | Uint8Array | Int16Array | Uint16Array;
  const tableOf = (indices: arrow.Int, data: Indices, entries: number, nullBitmap?: Uint8Array): arrow.Table => {
    const type = new arrow.Dictionary(new arrow.Utf8(), indices as never);
    const length = data.length;
    const column = arrow.makeData({
      type,
      length,
      data,
      dictionary: words(entries),
      ...(nullBitmap && { nullBitmap }),
    } as never);
    return new arrow.Table({ column: new arrow.Vector([column]) });
  };

  test("come back at the edges of their width, with nulls and without", async () => {
    const bitmap = new Uint8Array(13).map((_, i) => i * 37 + 1);
    for (const [type, View, entries] of [
      [new arrow.Int8(), Int8Array, 128],
      [new arrow.Uint8(), Uint8Array, 256],
      [new arrow.Uint8(), Uint8Array, 200],
      [new arrow.Int16(), Int16Array, 257],
      [new arrow.Uint16(), Uint16Array, 1024],
      [new arrow.Uint16(), Uint16Array, 1025],
    ] as const) {
      const data = new View(100).map((_: number, i: number) => (i * 7919 + entries - 1) % entries);
      for (const nulls of [undefined, bitmap]) {
        const table = tableOf(type as arrow.Int, data, entries, nulls);
        const { bytes } = await encodeParquet(table, { pageRows: 33 });
        expect(tableDifference(table, await readBack(bytes))).toBeUndefined();
      }
    }
  });

  test("are refused where they point at no entry, unless the row is null", async () => {
    for (const [type, View, entries, bad] of [
      [new arrow.Uint8(), Uint8Array, 200, 200],
      [new arrow.Int8(), Int8Array, 128, -1],
      [new arrow.Int8(), Int8Array, 100, -128],
      [new arrow.Uint16(), Uint16Array, 300, 300],
      [new arrow.Int16(), Int16Array, 300, -1],
    ] as const) {
      const data = new View(20).map((_: number, i: number) => (i === 17 ? bad : i));
      const refused = encodeParquet(tableOf(type as arrow.Int, data, entries));
      await expect(refused).rejects.toMatchObject({ code: "invalid-dictionary" });
      const nulls = Uint8Array.of(0xff, 0xff, 0b1101);
      const table = tableOf(type as arrow.Int, data, entries, nulls);
      const back = await readBack((await encodeParquet(table)).bytes);
      expect([...back.getChildAt(0)!]).toEqual(Array.from({ length: 20 }, (_, i) => (i === 17 ? null : `w${i}`)));
    }
  });
});
