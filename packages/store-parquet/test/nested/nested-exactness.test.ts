import { bytesSource, LarderError, valueDigest } from "@larder/core";
import { encodeParquet, explainUnstorable, openParquet, parquetCodec } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import { describe, expect, test } from "vitest";
import { writeParquet } from "../../src/write/write-parquet.js";
import { tableDifference } from "../support/table-difference.js";
import { writtenFile } from "../support/written-file.js";

const int = new arrow.Int32();
const field = (name: string, type: arrow.DataType, nullable = true): arrow.Field =>
  new arrow.Field(name, type, nullable);
const listType = (element: arrow.DataType): arrow.List => new arrow.List(field("item", element));
const mapType = (key: arrow.DataType, value: arrow.DataType, keysSorted = false): arrow.Map_ =>
  new arrow.Map_(
    field("entries", new arrow.Struct([field("key", key, false), field("value", value)]), false) as never,
    keysSorted,
  );

function tableOf(data: arrow.Data, nullable = true, metadata = new Map<string, string>()): arrow.Table {
  const schema = new arrow.Schema([new arrow.Field("c", data.type, nullable, metadata)]);
  const struct = arrow.makeData({
    type: new arrow.Struct(schema.fields),
    length: data.length,
    nullCount: 0,
    children: [data],
  });
  return new arrow.Table(schema, [new arrow.RecordBatch(schema, struct)]);
}

const made = (values: unknown[], type: arrow.DataType): arrow.Data =>
  arrow.vectorFromArray(values as never[], type).data[0]!;

async function roundTrip(table: arrow.Table): Promise<arrow.Table> {
  return openParquet(bytesSource((await encodeParquet(table)).bytes))
    .scan()
    .toArrow();
}

async function codeOf(work: Promise<unknown>): Promise<string> {
  const error = await work.then(
    () => "none",
    (caught: unknown) => caught,
  );
  return LarderError.isInstance(error) ? error.code : String(error);
}

async function drain(chunks: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const parts: Uint8Array[] = [];
  for await (const chunk of chunks) parts.push(chunk);
  return new Uint8Array(Buffer.concat(parts));
}

describe("nested values come back exactly", () => {
  test("an empty list, a null list, a list of a null, and a null struct are four different things", async () => {
    const type = new arrow.Struct([field("l", listType(int))]);
    const rows = [{ l: [] }, { l: null }, { l: [null] }, null, { l: [1] }];
    const back = await roundTrip(tableOf(made(rows, type)));
    expect(
      back
        .getChild("c")!
        .toArray()
        .map((row: unknown) => JSON.stringify(row)),
    ).toEqual(['{"l":[]}', '{"l":null}', '{"l":[null]}', "null", '{"l":[1]}']);
  });

  test("what Arrow's own builders make, with nulls at the end or only nulls", async () => {
    const types: [arrow.DataType, unknown][] = [
      [listType(int), [1, null]],
      [new arrow.LargeList(field("item", new arrow.Utf8())), ["a", null]],
      [new arrow.FixedSizeList(2, field("item", new arrow.Float64())), [1.5, null]],
      [new arrow.Struct([field("a", int), field("b", listType(new arrow.Utf8()))]), { a: 1, b: ["x"] }],
      [mapType(new arrow.Utf8(), listType(int)), new Map([["a", [1]]])],
    ];
    for (const [type, value] of types) {
      for (const rows of [[value, ...new Array(40).fill(null)], new Array(40).fill(null), [null, value], []]) {
        const table = tableOf(made(rows, type));
        expect(tableDifference(table, await roundTrip(table))).toBeUndefined();
        const read = arrow.tableFromIPC(arrow.tableToIPC(table));
        expect(tableDifference(read, await roundTrip(read))).toBeUndefined();
      }
    }
  });

  test("names, nullability and metadata of every field inside, and whether keys are sorted", async () => {
    const inner = new arrow.Field("it em", int, false, new Map([["unit", "mm"]]));
    const struct = new arrow.Struct([new arrow.Field("l", new arrow.List(inner), false, new Map([["a", "b"]]))]);
    const type = mapType(new arrow.Utf8(), struct, true);
    const table = tableOf(made([new Map([["k", { l: [1, 2] }]])], type), true, new Map([["top", "1"]]));
    expect(tableDifference(table, await roundTrip(table))).toBeUndefined();
  });

  test("a list of lists of nothing but nulls, and lists of no element at all", async () => {
    for (const type of [
      listType(listType(new arrow.Null())),
      listType(new arrow.FixedSizeList(0, field("item", int))),
    ]) {
      const rows = type.children[0]!.type.typeId === 12 ? [[[null, null], []], null, []] : [[[], null], [], null];
      const table = tableOf(made(rows, type));
      expect(tableDifference(table, await roundTrip(table))).toBeUndefined();
    }
  });

  test("seconds inside lists, also those that milliseconds can't hold", async () => {
    for (const far of [0n, 2n ** 62n]) {
      const child = arrow.makeData({ type: new arrow.TimestampSecond(), data: BigInt64Array.of(-5n, far, 7n) });
      const list = arrow.makeData({
        type: listType(child.type),
        length: 2,
        valueOffsets: Int32Array.of(0, 2, 3),
        child,
      });
      const table = tableOf(list);
      expect(tableDifference(table, await roundTrip(table))).toBeUndefined();
    }
  });

  test("nothing of what lies below nulls or between lists is looked at", async () => {
    const child = arrow.makeData({
      type: new arrow.TimestampSecond(),
      data: BigInt64Array.of(2n ** 62n, 1n, 2n ** 62n, 2n),
      nullBitmap: Uint8Array.of(0b1011),
    });
    const list = arrow.makeData({
      type: listType(child.type),
      length: 2,
      valueOffsets: Int32Array.of(1, 2, 2),
      child,
      nullBitmap: Uint8Array.of(0b01),
    });
    const dictionary = arrow.vectorFromArray(["a"], new arrow.Utf8());
    const words = arrow.makeData({
      type: new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()),
      data: Int32Array.of(0, 99),
      dictionary,
    });
    const type = new arrow.Struct([field("w", words.type, false), field("l", list.type)]);
    const struct = arrow.makeData({ type, length: 2, nullBitmap: Uint8Array.of(0b01), children: [words, list] });
    const table = tableOf(struct);
    const { bytes } = await encodeParquet(table);
    // Nothing below is null as far as can be seen, so that nothing is optional but the struct.
    const optional = writtenFile(bytes).elements.filter((element) => element.repetition === 1);
    expect(optional.map(({ name }) => name)).toEqual(["c"]);
    const back = await openParquet(bytesSource(bytes)).scan().toArrow();
    expect(JSON.stringify(back.toArray()[0]!.toJSON().c.toJSON().w)).toBe('"a"');
    expect(back.toArray()[1]!.toJSON().c).toBeNull();
    expect(valueDigest(back)).toBe(valueDigest(table));
  });

  test("a stream of batches, whose dictionaries differ from batch to batch", async () => {
    const type = listType(new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8() as never));
    const batch = (words: string[]): arrow.Table => {
      const dictionary = arrow.vectorFromArray(words, new arrow.Utf8());
      const places = arrow.makeData({
        type: type.children[0]!.type as never,
        length: 3,
        data: Int8Array.of(0, 1, 0),
        dictionary,
      } as never);
      return tableOf(arrow.makeData({ type, length: 2, valueOffsets: Int32Array.of(0, 2, 3), child: places as never }));
    };
    const parts = [batch(["x", "y"]), batch(["y", "z"]), batch(["w", "x"])];
    for (const rowGroupRows of [1, 2, 3, 100]) {
      const { chunks } = writeParquet({ batches: parts }, { rowGroupRows });
      const back = await openParquet(bytesSource(await drain(chunks)))
        .scan()
        .toArrow();
      const values = back
        .getChild("c")!
        .toArray()
        .map((list: Iterable<string>) => [...list].join(""));
      expect(values).toEqual(["xy", "x", "yz", "y", "wx", "w"]);
    }
  });
});

describe("nested values that can't be kept are refused", () => {
  test("types inside, naming the column and where in it they are", () => {
    const interval = new arrow.IntervalMonthDayNano();
    const cases: [arrow.DataType, string][] = [
      [listType(interval), '"c[]"'],
      [new arrow.Struct([field("a", int), field("b", listType(interval))]), '"c.b[]"'],
      [mapType(new arrow.Utf8(), new arrow.Struct([field("x", interval)])), '"c[].value.x"'],
      [mapType(new arrow.Struct([]), int), '"c[].key"'],
      [listType(new arrow.Dictionary(listType(int), new arrow.Int32())), '"c[]"'],
      [listType(new arrow.Struct([field("a", int), field("a", int)])), '"c[]"'],
    ];
    for (const [type, where] of cases) {
      const table = new arrow.Table(new arrow.Schema([field("c", type)]));
      const reason = explainUnstorable(table);
      expect(reason).toContain(`Column "c" has at ${where} the type `);
      expect(parquetCodec().accepts(table)).toBe(false);
    }
  });

  test("types nested too deeply", () => {
    let type: arrow.DataType = int;
    for (let i = 0; i < 60; i++) type = listType(type);
    expect(explainUnstorable(new arrow.Table(new arrow.Schema([field("c", type)])))).toContain("nested too deeply");
  });

  test("a map with a null among its keys, naming column and row", async () => {
    const keys = made(["a", null, "c"], new arrow.Utf8());
    const values = made([1, 2, 3], int);
    const type = mapType(new arrow.Utf8(), int);
    const entries = arrow.makeData({
      type: type.children[0]!.type as arrow.Struct,
      length: 3,
      nullCount: 0,
      children: [keys, values],
    });
    const map = (valueOffsets: Int32Array): arrow.Table =>
      tableOf(arrow.makeData({ type, length: 2, valueOffsets, child: entries as never }));
    const error = await encodeParquet(map(Int32Array.of(0, 1, 3))).catch((caught: unknown) => caught);
    expect(LarderError.isInstance(error, "null-map-key")).toBe(true);
    expect((error as Error).message).toContain('"c[].key" has a null in row 1');
    // Outside every map it does no harm.
    expect(await codeOf(encodeParquet(map(Int32Array.of(0, 1, 1))))).toBe("none");
  });

  test("in a stream, a null where a field inside is declared not nullable", async () => {
    const type = new arrow.List(field("item", int, false));
    const child = made([1, 2, null], int);
    const list = arrow.makeData({ type, length: 3, valueOffsets: Int32Array.of(0, 1, 1, 3), child: child as never });
    const stream = { batches: [tableOf(list), tableOf(list)] };
    const error = await drain(writeParquet(stream).chunks).catch((caught: unknown) => caught);
    expect(LarderError.isInstance(error, "null-in-required-column")).toBe(true);
    expect((error as Error).message).toContain('"c[]" is declared not nullable and has a null in row 2');
    // The whole table is seen before it is written, so that it can be kept.
    expect(tableDifference(tableOf(list), await roundTrip(tableOf(list)))).toBeUndefined();
  });

  test("in a stream, more dictionary entries over all than the indices inside can count", async () => {
    const type = listType(new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8() as never));
    const batch = (half: number): arrow.Table => {
      const dictionary = arrow.vectorFromArray(
        Array.from({ length: 100 }, (_, i) => `${half} ${i}`),
        new arrow.Utf8(),
      );
      const data = Int8Array.from({ length: 100 }, (_, i) => i);
      const places = arrow.makeData({ type: type.children[0]!.type as never, length: 100, data, dictionary } as never);
      return tableOf(arrow.makeData({ type, length: 1, valueOffsets: Int32Array.of(0, 100), child: places as never }));
    };
    const { chunks } = writeParquet({ batches: [batch(1), batch(2)] }, { rowGroupRows: 1 });
    expect(await codeOf(drain(chunks))).toBe("unstorable-table");
    const joined = new arrow.Table(batch(1).schema, [...batch(1).batches, ...batch(2).batches]);
    expect(explainUnstorable(joined)).toContain("200 entries");
  });

  test("lists that reach beyond their elements, or backwards", async () => {
    const child = made([1, 2], int);
    for (const valueOffsets of [Int32Array.of(0, 3), Int32Array.of(2, 1), Int32Array.of(-1, 1), Int32Array.of(0)]) {
      const list = arrow.makeData({ type: listType(int), length: 1, valueOffsets, child: child as never });
      expect(await codeOf(encodeParquet(tableOf(list)))).toBe("ragged-table");
    }
    const type = new arrow.FixedSizeList(3, field("item", int));
    const fixed = arrow.makeData({ type, length: 1, child: child as never });
    expect(await codeOf(encodeParquet(tableOf(fixed)))).toBe("ragged-table");
    const short = new arrow.Struct([field("a", int)]);
    const struct = arrow.makeData({ type: short, length: 3, children: [child] });
    expect(await codeOf(encodeParquet(tableOf(struct)))).toBe("ragged-table");
  });
});
