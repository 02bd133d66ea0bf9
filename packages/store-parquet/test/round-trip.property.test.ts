import { createHash } from "node:crypto";
import { bytesSource } from "@larder/core";
import { encodeParquet, explainUnstorable, openParquet } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keptTypes, makeChunk, makeTable, seededRandom, tableRecipes } from "./support/random-table.js";
import { rawValues, tableDifference } from "./support/table-difference.js";

async function roundTrip(
  table: arrow.Table,
  rowGroupRows: number,
  compression: "none" | "snappy",
): Promise<arrow.Table> {
  const { bytes } = await encodeParquet(table, { rowGroupRows, compression });
  return openParquet(bytesSource(bytes)).scan().toArrow();
}

describe("tables come back from Parquet as they were", () => {
  test("whatever their columns, nulls, batches, row groups and compression", async () => {
    await fc.assert(
      fc.asyncProperty(
        tableRecipes,
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom("none" as const, "snappy" as const),
        async (recipe, rowGroupRows, compression) => {
          const table = makeTable(recipe);
          expect(explainUnstorable(table)).toBeUndefined();
          expect(tableDifference(table, await roundTrip(table, rowGroupRows, compression))).toBeUndefined();
        },
      ),
      { seed: 20261121, numRuns: 400 },
    );
  });

  test("and so does any slice of any of their columns", async () => {
    await fc.assert(
      fc.asyncProperty(
        tableRecipes,
        fc.integer({ min: 1, max: 50 }),
        fc.nat(150),
        fc.nat(150),
        async (recipe, rowGroupRows, offset, length) => {
          const table = makeTable(recipe);
          const names = table.schema.names.filter((_, i) => i % 2 === 0).reverse() as string[];
          const { bytes } = await encodeParquet(table, { rowGroupRows });
          const scan = openParquet(bytesSource(bytes)).scan().select(names).slice(offset, length);
          const start = Math.min(offset, table.numRows);
          const end = Math.min(start + length, table.numRows);
          const found = await scan.toArrow();
          expect(await scan.count()).toBe(end - start);
          expect(found.numRows).toBe(end - start);
          for (const name of names) {
            const place = table.schema.names.indexOf(name);
            const wanted = rawValues(table.getChildAt(place)!).slice(start, end);
            expect(rawValues(found.getChildAt(names.indexOf(name))!)).toEqual(wanted);
          }
          expect(found.numCols).toBe(names.length);
        },
      ),
      { seed: 20261122, numRuns: 200 },
    );
  });

  test.each(Object.keys(keptTypes))("%s, in many rows with and without nulls", async (type) => {
    for (const nulls of [0, 0.3, 1]) {
      const columns = [{ type, name: "value", nulls }];
      const table = makeTable({ columns, batches: [700, 1, 0, 900], cut: [3, 5], seed: 7 });
      expect(tableDifference(table, await roundTrip(table, 333, "none"))).toBeUndefined();
    }
  });

  test.each([8191, 8192, 8193, 65_536, 65_537, 98_304, 98_305])(
    "tables of %i rows, at the edges of pages and row groups, of every width",
    async (rows) => {
      const random = seededRandom(rows);
      const nullBitmap = new Uint8Array((rows + 7) >> 3).map(() => Math.floor(random() * 256) | 0x11);
      const bytes = new Uint8Array(rows * 8).map(() => Math.floor(random() * 256));
      const offsets = Int32Array.from({ length: rows + 1 }, (_, i) => i + Math.floor(i / 3));
      const words = arrow.vectorFromArray(["", "a", "ż", "\u0000"], new arrow.Utf8());
      const places = new Int8Array(rows).map((_, i) => (i * 7) & 3);
      const shapes: [type: arrow.DataType, values: object][] = [
        [new arrow.Bool(), { data: bytes.subarray(0, (rows + 7) >> 3) }],
        [new arrow.Int8(), { data: new Int8Array(bytes.buffer, 0, rows) }],
        [new arrow.Int64(), { data: new BigInt64Array(bytes.buffer) }],
        [new arrow.FixedSizeBinary(3), { data: bytes.subarray(0, rows * 3) }],
        [new arrow.Binary(), { data: bytes, valueOffsets: offsets }],
        [new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8() as never), { data: places, dictionary: words }],
      ];
      const columns = shapes.flatMap(([type, values], i) => {
        const made = (nulls: object) =>
          new arrow.Vector([arrow.makeData({ type, length: rows, ...values, ...nulls } as never)]);
        return [
          [`full${i}`, made({})],
          [`holes${i}`, made({ nullBitmap })],
        ] as const;
      });
      const table = new arrow.Table(Object.fromEntries(columns));
      const { bytes: file } = await encodeParquet(table);
      const stored = openParquet(bytesSource(file));
      const back = await stored.scan().toArrow();
      for (const name of table.schema.names as string[]) {
        expect(fingerprint(back.getChild(name)!), name).toBe(fingerprint(table.getChild(name)!));
      }
      // Rows around the ends of pages, by the index that says where pages begin.
      for (const offset of [0, 2728, 8190, 16_382, 24_574, 65_534, rows - 2].filter((row) => row + 4 <= rows + 2)) {
        const found = await stored.scan().slice(offset, 4).toArrow();
        for (const name of table.schema.names as string[]) {
          const wanted = rawValues(table.getChild(name)!.slice(offset, offset + 4));
          expect(rawValues(found.getChild(name)!), `${name} from row ${offset}`).toEqual(wanted);
        }
      }
    },
  );

  test("dictionaries that are another in every batch", async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.tuple(fc.integer({ min: 0, max: 40 }), fc.integer({ min: 1, max: 30 })), { maxLength: 6 }),
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom("dictionary8", "dictionaryU16", "dictionary64", "dictionaryOfNumbers"),
        fc.integer(),
        async (batches, rowGroupRows, type, seed) => {
          const random = seededRandom(seed);
          const field = new arrow.Field("value", keptTypes[type]!(), true);
          const dictionaryType = (field.type as arrow.Dictionary).dictionary;
          const schema = new arrow.Schema([field]);
          const made = batches.map(([rows, entries]) => {
            const dictionary = new arrow.Vector([makeChunk(dictionaryType, entries, 0.1, random, undefined)]);
            const child = makeChunk(field.type, rows, 0.2, random, dictionary);
            const data = arrow.makeData({
              type: new arrow.Struct([field]),
              length: rows,
              nullCount: 0,
              children: [child],
            });
            return new arrow.RecordBatch(schema, data);
          });
          const table = made.length === 0 ? new arrow.Table(schema) : new arrow.Table(schema, made);
          if (explainUnstorable(table) !== undefined) {
            // More entries together than its indices can count.
            expect(type).toBe("dictionary8");
            return;
          }
          expect(tableDifference(table, await roundTrip(table, rowGroupRows, "none"))).toBeUndefined();
        },
      ),
      { seed: 20261125, numRuns: 150 },
    );
  });

  test("bytes of a text column that are no UTF-8, bit by bit", async () => {
    const odd = [
      [0xff],
      [0xed, 0xa0, 0x80],
      [0xc0, 0x80],
      [0x61, 0xf4, 0x90, 0x80, 0x80],
      [0xef, 0xbb, 0xbf, 0x61],
      [0],
    ];
    const valueOffsets = Int32Array.from([0, ...odd.map((_, i) => odd.slice(0, i + 1).flat().length)]);
    const data = Uint8Array.from(odd.flat());
    const table = new arrow.Table({
      text: new arrow.Vector([arrow.makeData({ type: new arrow.Utf8(), data, valueOffsets })]),
    });
    expect(tableDifference(table, await roundTrip(table, 4, "snappy"))).toBeUndefined();
  });
});

/** Type, nulls and bytes of a column, quickly: for tables too long to be compared value by value. */
function fingerprint(column: arrow.Vector): string {
  const hash = createHash("sha256");
  for (const value of rawValues(column)) hash.update(`${value},`);
  return `${column.type} ${column.length} ${hash.digest("hex")}`;
}
