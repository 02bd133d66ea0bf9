import { createRequire } from "node:module";
import { bytesSource, LarderError } from "@larder/core";
import { encodeParquet, explainUnstorable, openParquet, parquetCodec } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import { describe, expect, test } from "vitest";
import { makeTable } from "./support/random-table.js";
import { rawValues, tableDifference } from "./support/table-difference.js";

async function roundTrip(table: arrow.Table, rowGroupRows?: number): Promise<arrow.Table> {
  const { bytes } = await encodeParquet(table, rowGroupRows === undefined ? {} : { rowGroupRows });
  return openParquet(bytesSource(bytes)).scan().toArrow();
}

function tableOf(columns: Record<string, arrow.Vector>): arrow.Table {
  return new arrow.Table(columns);
}

describe("values come back exactly", () => {
  test("floats keep -0, infinities and the bits of every NaN", async () => {
    const float64 = new Float64Array([
      0,
      -0,
      Number.NaN,
      Number.POSITIVE_INFINITY,
      Number.NEGATIVE_INFINITY,
      5e-324,
      1.7976931348623157e308,
    ]);
    const bits = new BigInt64Array(float64.buffer);
    bits[2] = 0x7ff8dead_beef0001n;
    const table = tableOf({
      doubles: new arrow.Vector([arrow.makeData({ type: new arrow.Float64(), data: float64 })]),
      withNulls: new arrow.Vector([
        arrow.makeData({ type: new arrow.Float64(), data: float64, nullBitmap: Uint8Array.of(0b1011110) }),
      ]),
    });
    const back = await roundTrip(table);
    expect(tableDifference(table, back)).toBeUndefined();
    expect(rawValues(back.getChild("doubles")!)[2]).toBe("0100efbeaddef87f");
    expect(Object.is(back.getChild("withNulls")!.get(1), -0)).toBe(true);
  });

  test("integers keep their whole range", async () => {
    const table = tableOf({
      int64: arrow.vectorFromArray([-(2n ** 63n), 2n ** 63n - 1n, 0n], new arrow.Int64()),
      uint64: arrow.vectorFromArray([2n ** 64n - 1n, 2n ** 63n, 0n], new arrow.Uint64()),
      uint32: arrow.vectorFromArray([2 ** 32 - 1, 2 ** 31, 0], new arrow.Uint32()),
      int8: arrow.vectorFromArray([-128, 127, 0], new arrow.Int8()),
    });
    const back = await roundTrip(table);
    expect(tableDifference(table, back)).toBeUndefined();
    expect([...back.getChild("uint64")!]).toEqual([2n ** 64n - 1n, 2n ** 63n, 0n]);
  });

  test("seconds too far away to be milliseconds are kept all the same", async () => {
    const far = arrow.makeData({
      type: new arrow.TimestampSecond(),
      data: BigInt64Array.of(2n ** 62n, -(2n ** 63n), 1n),
    });
    const near = arrow.makeData({ type: new arrow.TimestampSecond(), data: BigInt64Array.of(-5n, 1_700_000_000n, 0n) });
    for (const data of [far, near]) {
      const table = tableOf({ time: new arrow.Vector([data]) });
      expect(tableDifference(table, await roundTrip(table))).toBeUndefined();
    }
  });

  test("text of any kind, from the empty string to the last code point", async () => {
    const texts = ["", "\u0000", "ż€漢😀", "\u{10ffff}", "\ufeffmark", "e\u0301", "a".repeat(100_000), null, "end"];
    const table = tableOf({ text: arrow.vectorFromArray(texts, new arrow.Utf8()) });
    const rows = await openParquet(bytesSource((await encodeParquet(table)).bytes))
      .scan()
      .toRows();
    expect(rows.map((row) => row.text)).toEqual(texts);
  });

  test("long texts are cut into several pages and still come back", async () => {
    const texts = Array.from({ length: 50 }, (_, i) =>
      i % 7 === 0 ? null : String.fromCharCode(97 + (i % 26)).repeat(90_000 + i),
    );
    const table = tableOf({ text: arrow.vectorFromArray(texts, new arrow.Utf8()) });
    expect(tableDifference(table, await roundTrip(table))).toBeUndefined();
  });

  test("a first null at row 150,001", async () => {
    const values = Int32Array.from({ length: 200_000 }, (_, i) => i);
    const nullBitmap = new Uint8Array(25_000).fill(0xff);
    nullBitmap[150_000 >> 3]! &= ~(1 << (150_000 & 7));
    const table = tableOf({
      value: new arrow.Vector([arrow.makeData({ type: new arrow.Int32(), data: values, nullBitmap })]),
    });
    const back = await roundTrip(table);
    const column = back.getChild("value")!;
    expect(column.nullCount).toBe(1);
    expect([column.get(149_999), column.get(150_000), column.get(150_001)]).toEqual([149_999, null, 150_001]);
    expect(column.get(199_999)).toBe(199_999);
  });

  test.each([98_303, 98_304, 98_305, 16_383, 16_384, 16_385, 196_608])(
    "a table of %i rows, at the edge of pages and row groups",
    async (rows) => {
      const nullBitmap = new Uint8Array((rows + 7) >> 3).map((_, i) => (i * 37) & 0xff);
      const data = Int32Array.from({ length: rows }, (_, i) => Math.imul(i, 2_654_435_761));
      const table = tableOf({
        full: new arrow.Vector([arrow.makeData({ type: new arrow.Int32(), data })]),
        holes: new arrow.Vector([arrow.makeData({ type: new arrow.Int32(), data, nullBitmap })]),
      });
      expect(tableDifference(table, await roundTrip(table))).toBeUndefined();
    },
  );

  test("no rows, no columns, neither", async () => {
    const empty = makeTable({
      columns: [
        { type: "utf8", name: "a", nulls: 0.5 },
        { type: "dictionary8", name: "b", nulls: 0 },
      ],
      batches: [],
      cut: [0, 0],
      seed: 1,
    });
    expect(tableDifference(empty, await roundTrip(empty))).toBeUndefined();
    const schema = new arrow.Schema([], new Map([["a", "b"]]));
    expect(tableDifference(new arrow.Table(schema), await roundTrip(new arrow.Table(schema)))).toBeUndefined();
    const data = arrow.makeData({ type: new arrow.Struct([]), length: 5, nullCount: 0, children: [] });
    const rowsOnly = new arrow.Table(schema, [new arrow.RecordBatch(schema, data)]);
    expect((await roundTrip(rowsOnly)).numRows).toBe(5);
  });

  test("columns with the names of object members", async () => {
    const table = tableOf(Object.fromEntries([["a", arrow.vectorFromArray([1, 2], new arrow.Int32())]]));
    const renamed = new arrow.Table(
      new arrow.Schema([
        new arrow.Field("__proto__", new arrow.Int32(), false),
        new arrow.Field("constructor", new arrow.Int32(), false),
      ]),
      table.batches.map((batch) => {
        const children = [batch.data.children[0]!, batch.data.children[0]!];
        const fields = [
          new arrow.Field("__proto__", new arrow.Int32(), false),
          new arrow.Field("constructor", new arrow.Int32(), false),
        ];
        return new arrow.RecordBatch(
          new arrow.Schema(fields),
          arrow.makeData({ type: new arrow.Struct(fields), length: 2, nullCount: 0, children }),
        );
      }),
    );
    const scan = openParquet(bytesSource((await encodeParquet(renamed)).bytes)).scan();
    expect(tableDifference(renamed, await scan.toArrow())).toBeUndefined();
    const rows = await scan.toRows();
    expect(Object.entries(rows[1]!)).toEqual([
      ["__proto__", 2],
      ["constructor", 2],
    ]);
    expect(Object.getPrototypeOf(rows[1])).toBe(Object.prototype);
    const columns = await scan.toColumns();
    expect(Object.keys(columns)).toEqual(["__proto__", "constructor"]);
    expect(Object.getOwnPropertyDescriptor(columns, "__proto__")?.value).toEqual(Int32Array.of(1, 2));
  });

  test("batches with dictionaries of their own become one dictionary", async () => {
    const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8() as never);
    const field = new arrow.Field("city", type, true);
    const batch = (words: (string | null)[], places: number[]): arrow.RecordBatch => {
      const dictionary = arrow.vectorFromArray(words, new arrow.Utf8());
      const child = arrow.makeData({ type, length: places.length, data: Int8Array.from(places), dictionary } as never);
      return new arrow.RecordBatch(
        new arrow.Schema([field]),
        arrow.makeData({ type: new arrow.Struct([field]), length: places.length, nullCount: 0, children: [child] }),
      );
    };
    const table = new arrow.Table(new arrow.Schema([field]), [
      batch(["x", "y", null], [0, 1, 2, 1]),
      batch(["y", "z"], [1, 0, 0]),
    ]);
    for (const rowGroupRows of [1, 2, 3, 100]) {
      const back = await roundTrip(table, rowGroupRows);
      expect(tableDifference(table, back)).toBeUndefined();
      expect([...back.getChild("city")!]).toEqual(["x", "y", null, "y", "z", "y", "y"]);
      expect(back.getChild("city")!.data[0]!.dictionary!.length).toBe(3);
    }
  });

  test("dictionaries of any size: one byte, two bytes, and too many for indices to gain anything", async () => {
    for (const size of [256, 257, 1500, 65_536, 65_537, 90_000]) {
      const words = Array.from({ length: size }, (_, i) => `word ${i}`);
      const dictionary = arrow.vectorFromArray(words, new arrow.Utf8());
      const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32());
      const places = Int32Array.from({ length: 110_000 }, (_, i) => (i * 7919) % size);
      const nullBitmap = new Uint8Array(13_750).map((_, i) => (i % 3 === 0 ? 0xfd : 0xff));
      const data = arrow.makeData({ type, length: places.length, data: places, dictionary, nullBitmap });
      const table = tableOf({ word: new arrow.Vector([data]) });
      expect(tableDifference(table, await roundTrip(table))).toBeUndefined();
    }
  }, 30_000);

  test("tables of another copy of apache-arrow", async () => {
    // The package has two copies of itself, one for each kind of module.
    const entry = createRequire(import.meta.url)
      .resolve("apache-arrow")
      .replace(/\.m?js$/, "");
    const copies = (await Promise.all([import(`${entry}.js`), import(`${entry}.mjs`)])) as (typeof arrow)[];
    const other = copies.find((copy) => copy.Table !== arrow.Table)!;
    expect(other.Table).not.toBe(arrow.Table);
    const table = other.tableFromArrays({ id: Int32Array.of(1, 2), word: ["a", "b"] });
    expect(parquetCodec().accepts(table)).toBe(true);
    const back = await roundTrip(table as arrow.Table);
    expect(back).toBeInstanceOf(arrow.Table);
    expect(back.toArray().map((row) => row.toJSON())).toEqual([
      { id: 1, word: "a" },
      { id: 2, word: "b" },
    ]);
  });

  test("columns made by Arrow's own builders, with nulls at the end or only nulls", async () => {
    const nulls = new Array<null>(100).fill(null);
    const types = [
      new arrow.Int32(),
      new arrow.Float64(),
      new arrow.Bool(),
      new arrow.Utf8(),
      new arrow.Int64(),
      new arrow.Decimal(2, 10),
      new arrow.DateDay(),
    ];
    for (const type of types) {
      const only = arrow.vectorFromArray(nulls, type as arrow.Int32);
      const table = tableOf({ only });
      expect(tableDifference(table, await roundTrip(table))).toBeUndefined();
    }
    const table = tableOf({
      numbers: arrow.vectorFromArray([1, ...nulls], new arrow.Int32()),
      words: arrow.vectorFromArray(["a", ...nulls], new arrow.Utf8()),
      flags: arrow.vectorFromArray([true, ...nulls], new arrow.Bool()),
      guessed: arrow.vectorFromArray(["x", ...nulls, "y"]),
    });
    expect(tableDifference(table, await roundTrip(table))).toBeUndefined();
    const read = arrow.tableFromIPC(arrow.tableToIPC(table));
    expect(tableDifference(read, await roundTrip(read))).toBeUndefined();
  });

  test("bytes that begin anywhere in memory, as those of a Buffer do", async () => {
    const types = ["int8", "int16", "int64", "float64", "decimal", "timestampSecond", "dictionaryOfNumbers", "utf8"];
    const table = makeTable({
      columns: types.map((type) => ({ type, name: type, nulls: 0.2 })),
      batches: [3000],
      cut: [0, 0],
      seed: 9,
    });
    const { bytes } = await encodeParquet(table, { rowGroupRows: 333 });
    // More than what comes with the footer.
    expect(bytes.byteLength).toBeGreaterThan(100_000);
    for (let shift = 0; shift < 8; shift++) {
      const memory = Buffer.alloc(bytes.byteLength + 16);
      memory.set(bytes, shift);
      const back = await openParquet(bytesSource(memory.subarray(shift, shift + bytes.byteLength)))
        .scan()
        .toArrow();
      memory.fill(0xee);
      expect(tableDifference(table, back)).toBeUndefined();
    }
  });

  test("the table that was written is not changed", async () => {
    const table = makeTable({
      columns: [
        { type: "dictionary32Ordered", name: "d", nulls: 0.3 },
        { type: "decimal", name: "e", nulls: 0.3 },
      ],
      batches: [90],
      cut: [1, 1],
      seed: 4,
    });
    const before = JSON.stringify([rawValues(table.getChildAt(0)!), rawValues(table.getChildAt(1)!)]);
    await encodeParquet(table, { rowGroupRows: 7, compression: "snappy" });
    expect(JSON.stringify([rawValues(table.getChildAt(0)!), rawValues(table.getChildAt(1)!)])).toBe(before);
  });
});

describe("what can't be kept exactly is refused", () => {
  const refused: [string, arrow.DataType, string][] = [
    ["structs without fields", new arrow.Struct([]), "Struct<{}>"],
    ["unions", new arrow.DenseUnion([0], [new arrow.Field("a", new arrow.Int32())]), "Union"],
    ["intervals", new arrow.IntervalMonthDayNano(), "Interval"],
    ["dictionaries of booleans", new arrow.Dictionary(new arrow.Bool(), new arrow.Int32()), "Dictionary<Int32, Bool>"],
  ];
  test.each(refused)("%s, naming the column and its type", async (_, type, text) => {
    const table = new arrow.Table(new arrow.Schema([new arrow.Field("shape", type, true)]));
    const reason = explainUnstorable(table);
    expect(reason).toContain('"shape"');
    expect(reason).toContain(text);
    expect(parquetCodec().accepts(table)).toBe(false);
    const error = await encodeParquet(table).catch((caught: unknown) => caught);
    expect(LarderError.isInstance(error, "unstorable-table")).toBe(true);
    expect((error as Error).message).toBe(reason);
  });

  test("two columns of one name", () => {
    const fields = [new arrow.Field("id", new arrow.Int32()), new arrow.Field("id", new arrow.Int32())];
    expect(explainUnstorable(new arrow.Table(new arrow.Schema(fields)))).toContain('two columns named "id"');
  });

  test("an index that points at no dictionary entry", async () => {
    const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32());
    const data = arrow.makeData({
      type,
      length: 2,
      data: Int32Array.of(0, 9),
      dictionary: arrow.vectorFromArray(["a"], new arrow.Utf8()),
    });
    const error = await encodeParquet(tableOf({ word: new arrow.Vector([data]) })).catch((caught: unknown) => caught);
    expect(LarderError.isInstance(error, "invalid-dictionary")).toBe(true);
  });

  test("dictionaries of batches that together exceed what their indices can count", () => {
    const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8() as never);
    const data = [0, 1].map((half) => {
      const dictionary = arrow.vectorFromArray(
        Array.from({ length: 100 }, (_, i) => `${half} ${i}`),
        new arrow.Utf8(),
      );
      return arrow.makeData({ type, length: 1, data: Int8Array.of(99), dictionary } as never);
    });
    const table = tableOf({ word: new arrow.Vector(data) });
    expect(explainUnstorable(table)).toContain("200 entries");
    expect(parquetCodec().accepts(table)).toBe(false);
  });

  test("a column with fewer values than rows, other than nulls at its end", async () => {
    const short = (nullBitmap: Uint8Array | null): arrow.Table => {
      const data = arrow.makeData({ type: new arrow.Int32(), length: 9, data: Int32Array.of(1, 2, 3), nullBitmap });
      return tableOf({ value: new arrow.Vector([data]) });
    };
    await expect(encodeParquet(short(null))).rejects.toMatchObject({ code: "ragged-table" });
    await expect(encodeParquet(short(Uint8Array.of(0b111, 1)))).rejects.toMatchObject({ code: "ragged-table" });
    const back = await roundTrip(short(Uint8Array.of(0b101, 0)));
    expect([...back.getChild("value")!]).toEqual([1, null, 3, null, null, null, null, null, null]);
  });

  test("what is no table", () => {
    for (const value of [undefined, null, 5, "text", [], {}, { schema: {} }, new Map(), arrow.vectorFromArray([1])]) {
      expect(parquetCodec().accepts(value)).toBe(false);
      expect(explainUnstorable(value)).toContain("not an Arrow table");
    }
  });
});
