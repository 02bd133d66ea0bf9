import * as arrow from "apache-arrow";
import { describe, expect, test } from "vitest";
import { takeColumn } from "../../../src/dataset/columns/take-column.js";
import { entryPicks } from "../../../src/dataset/columns/take-dictionary.js";

function texts(values: readonly (string | null)[]): arrow.Data {
  return arrow.vectorFromArray(values, new arrow.Utf8()).data[0]!;
}

function dictionaryOf(values: readonly (string | null)[], indexType: arrow.Int = new arrow.Int8()): arrow.Data {
  const distinct = [...new Set(values.filter((value) => value !== null))];
  return arrow.makeData({
    type: new arrow.Dictionary(new arrow.Utf8(), indexType as never),
    length: values.length,
    data: new (indexType.ArrayType as Int8ArrayConstructor)(values.map((value) => distinct.indexOf(value!))),
    dictionary: arrow.vectorFromArray(distinct, new arrow.Utf8()),
  } as never) as arrow.Data;
}

function valuesOf(data: arrow.Data): unknown[] {
  return [...new arrow.Vector([data])];
}

const rows = (...row: number[]) => ({ length: row.length, row: Int32Array.from(row) });

describe("takeColumn", () => {
  test("shares a dictionary that all sources have", () => {
    const whole = dictionaryOf(["a", "b", "a", "c"]);
    const sources = [whole.slice(0, 2), whole.slice(2, 2)];
    const picks = { ...rows(1, 0, -1), source: Uint16Array.of(1, 0, 0) };
    const taken = takeColumn(arrow, whole.type, sources, picks);
    expect(taken.dictionary).toBe(whole.dictionary);
    expect(valuesOf(taken)).toEqual(["c", "a", null]);
  });

  test("says so when the entries of dictionaries are more than the indices can count", () => {
    const letters = (from: number) => Array.from({ length: 100 }, (_, i) => `${from + i}`);
    const sources = [dictionaryOf(letters(0)), dictionaryOf(letters(100))];
    const row = Int32Array.from({ length: 200 }, (_, i) => i % 100);
    const source = Uint16Array.from({ length: 200 }, (_, i) => (i < 100 ? 0 : 1));
    expect(() => takeColumn(arrow, sources[0]!.type, sources, { length: 200, source, row })).toThrow(
      expect.objectContaining({ code: "dictionary-too-large" }),
    );
    const few = takeColumn(arrow, sources[0]!.type, sources, {
      length: 128,
      source: source.subarray(72),
      row: row.subarray(72),
    });
    expect(valuesOf(few)).toEqual(Array.from({ length: 128 }, (_, i) => `${72 + i}`));
  });

  test.each([
    ["a row beyond the last", rows(3)],
    ["a row before the first", rows(0, -2)],
    ["a row of a source that is not there", { ...rows(0), source: Uint16Array.of(1) }],
    ["a row beyond the last of its source", { ...rows(3), source: Uint16Array.of(0) }],
    ["more rows than are told", { length: 2, row: Int32Array.of(0) }],
  ])("refuses %s", (_, picks) => {
    const source = texts(["a", "b", "c"]);
    expect(() => takeColumn(arrow, source.type, [source], picks)).toThrow(
      expect.objectContaining({ code: "invalid-picks" }),
    );
  });

  test("refuses a source of another type, also deep inside", () => {
    const list = (type: arrow.DataType) =>
      arrow.makeData({
        type: new arrow.List(new arrow.Field("item", type, true)),
        length: 0,
        valueOffsets: Int32Array.of(0),
        child: arrow.makeData({ type: type as arrow.Int32, length: 0 }),
      }) as arrow.Data;
    const picks = rows();
    expect(() => takeColumn(arrow, list(new arrow.Int32()).type, [list(new arrow.Uint32())], picks)).toThrow(
      expect.objectContaining({ code: "invalid-picks" }),
    );
    expect(takeColumn(arrow, list(new arrow.Int32()).type, [list(new arrow.Int32())], picks).length).toBe(0);
  });

  test.each([
    ["texts", new arrow.Utf8(), ["a", "bc"]],
    ["large texts", new arrow.LargeUtf8(), ["a", "bc"]],
    ["numbers", new arrow.Float64(), [1, 2]],
    ["big numbers", new arrow.Int64(), [1n, 2n]],
    ["booleans", new arrow.Bool(), [true, false]],
    ["lists", new arrow.List(new arrow.Field("item", new arrow.Int32(), true)), [[1], [2, 3]]],
  ])("takes %s whose builder left out the values of nulls at the end", (_, type, values) => {
    const column = [...values, ...new Array<null>(40).fill(null)];
    const { data } = arrow.vectorFromArray(column as never[], type as arrow.DataType);
    const taken = takeColumn(arrow, type as arrow.DataType, data as arrow.Data[], rows(41, 1, 2, 0));
    const plain = [...new arrow.Vector([taken])].map((value) => (value instanceof arrow.Vector ? [...value] : value));
    expect(plain).toEqual([null, values[1], null, values[0]]);
  });

  test.each([
    ["numbers", arrow.makeData({ type: new arrow.Float64(), length: 1, data: new Float64Array(1) })],
    [
      "texts",
      arrow.makeData({ type: new arrow.Utf8(), length: 1, data: Uint8Array.of(97), valueOffsets: Int32Array.of(0, 1) }),
    ],
    ["booleans", arrow.makeData({ type: new arrow.Bool(), length: 8, data: Uint8Array.of(1) })],
  ])("refuses %s that lack values they should have", (_, whole) => {
    const ragged = new arrow.Data(whole.type as arrow.DataType, 0, 9, 0, whole.buffers as never) as arrow.Data;
    expect(() => takeColumn(arrow, ragged.type, [ragged], rows(0))).toThrow(
      expect.objectContaining({ code: "ragged-table" }),
    );
  });

  test("refuses texts whose offsets go back or beyond their bytes", () => {
    for (const valueOffsets of [Int32Array.of(0, 2, 1), Int32Array.of(0, 1, 9), Int32Array.of(0, -1, 0)]) {
      const source = arrow.makeData({ type: new arrow.Utf8(), length: 2, data: Uint8Array.of(97, 98), valueOffsets });
      expect(() => takeColumn(arrow, source.type, [source], rows(0, 1))).toThrow(
        expect.objectContaining({ code: "ragged-table" }),
      );
    }
  });

  test("keeps each bit of a number that is none", () => {
    const words = Uint32Array.of(1, 0x7ff0_0000, 0xdead, 0xfff4_0000);
    const source = arrow.makeData({ type: new arrow.Float64(), length: 2, data: new Float64Array(words.buffer) });
    const taken = takeColumn(arrow, source.type, [source], rows(1, 0, 1));
    expect([...new Uint32Array(taken.values.buffer)]).toEqual([
      0xdead, 0xfff4_0000, 1, 0x7ff0_0000, 0xdead, 0xfff4_0000,
    ]);
  });

  test("copies long texts and short ones alike", () => {
    const values = ["", "xyzxyz", "y".repeat(80), "z".repeat(81), "w".repeat(5000), "v"];
    const taken = takeColumn(arrow, new arrow.Utf8(), [texts(values)], rows(4, 3, 2, 1, 0, 5, 1, 2, 3));
    expect(valuesOf(taken)).toEqual([4, 3, 2, 1, 0, 5, 1, 2, 3].map((row) => values[row]));
  });

  test("keeps nothing of the bytes that stand below nulls", () => {
    const source = arrow.makeData({
      type: new arrow.Utf8(),
      length: 3,
      data: Buffer.from("abc"),
      valueOffsets: Int32Array.of(0, 1, 2, 3),
      nullBitmap: Uint8Array.of(0b101),
    });
    const taken = takeColumn(arrow, source.type, [source], rows(1, 2, 1, 0));
    expect([...taken.valueOffsets]).toEqual([0, 0, 1, 1, 2]);
    expect(Buffer.from(taken.values).toString()).toBe("ca");
  });

  test("makes a column of nulls without any source", () => {
    const taken = takeColumn(arrow, new arrow.Utf8(), [], rows(-1, -1));
    expect([taken.length, taken.nullCount]).toEqual([2, 2]);
    expect(valuesOf(taken)).toEqual([null, null]);
  });

  test("refuses a dictionary in more pieces than can be counted", () => {
    const piece = texts(["a"]);
    const inPieces = (pieces: number) =>
      arrow.makeData({
        type: new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()),
        ...{ length: 1, nullCount: 0, data: Int32Array.of(pieces - 1) },
        dictionary: new arrow.Vector(Array.from({ length: pieces }, () => piece)),
      } as never) as arrow.Data;
    expect(entryPicks(inPieces(65_536)).picks.source).toEqual(Uint16Array.of(65_535));
    expect(() => entryPicks(inPieces(65_537))).toThrow(expect.objectContaining({ code: "dictionary-too-large" }));
  });

  test("leaves its sources as they are", () => {
    const source = texts(["a", null, "c"]);
    const before = structuredClone([source.values, source.valueOffsets, source.nullBitmap]);
    const taken = takeColumn(arrow, source.type, [source], rows(2, 1, 0));
    taken.values.fill(0);
    taken.nullBitmap.fill(0);
    taken.valueOffsets.fill(0);
    expect([source.values, source.valueOffsets, source.nullBitmap]).toEqual(before);
  });
});
