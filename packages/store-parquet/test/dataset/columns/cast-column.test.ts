import * as arrow from "apache-arrow";
import { describe, expect, test } from "vitest";
import { castColumn } from "../../../src/dataset/columns/cast-column.js";
import { columnTypeOf } from "../../../src/dataset/columns/column-type-of.js";
import { keptTypes, makeTable } from "../../support/random-table.js";

const typeNamed = (name: string) => columnTypeOf(arrow, name);
const texts = (...values: (string | null)[]) => arrow.vectorFromArray(values, new arrow.Utf8()).data[0] as arrow.Data;
const boxed = (data: arrow.Data): unknown[] => [...new arrow.Vector([data])];
const cast = (data: arrow.Data, to: string) => castColumn(arrow, data, typeNamed(to), "at");
const refusal = (detail?: string) =>
  expect.objectContaining({ code: "column-type", facts: expect.objectContaining({ column: "at", detail }) });

/** Units since 1970 of a column of timestamps. */
const unitsOf = (data: arrow.Data) => boxed(data.clone(new arrow.Int64()) as arrow.Data);

describe("castColumn", () => {
  test("leaves a column of the type wanted as it is", () => {
    for (const [name, make] of Object.entries(keptTypes)) {
      const data = makeTable({
        columns: [{ type: name, name, nulls: 0.3 }],
        batches: [9],
        cut: [0, 0],
        seed: 3,
      }).getChildAt(0)!.data[0]!;
      expect(castColumn(arrow, data, data.type, "at")).toBe(data);
      const again = castColumn(arrow, data, make(), "at");
      expect(again.values).toBe(data.values);
      expect(again.nullBitmap).toBe(data.nullBitmap);
      expect(again.dictionary).toBe(data.dictionary);
    }
  });

  test("makes nulls of nulls, whatever the type wanted", () => {
    const nulls = arrow.makeData({ type: new arrow.Null(), length: 3 });
    for (const make of Object.values(keptTypes)) {
      const made = castColumn(arrow, nulls, make(), "at");
      expect(boxed(made)).toEqual([null, null, null]);
      expect(made.nullCount).toBe(3);
    }
    expect(boxed(cast(nulls, "List<Struct<{a: Int32}>>"))).toEqual([null, null, null]);
    expect(boxed(cast(nulls, "FixedSizeList[2]<Int32>"))).toEqual([null, null, null]);
  });

  test("takes values out of dictionaries, of one piece or several, with null entries", () => {
    const pieces = [texts("a", null), texts("7", "bc")];
    const data = arrow.makeData({
      type: new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8() as never),
      length: 6,
      data: Int8Array.of(3, 2, 1, 0, 99, 2),
      nullBitmap: Uint8Array.of(0b101111),
      dictionary: new arrow.Vector(pieces),
    } as never) as arrow.Data;
    expect(boxed(cast(data, "Utf8"))).toEqual(["bc", "7", null, "a", null, "7"]);
    expect(boxed(cast(data.slice(1, 4) as arrow.Data, "LargeUtf8"))).toEqual(["7", null, "a", null]);
    expect(boxed(cast(data.slice(1, 1) as arrow.Data, "Int32"))).toEqual([7]);
    expect(() => cast(data, "Int32")).toThrow(refusal('row 0: "bc"'));
    const broken = data.clone(data.type, 0, 5, 0, [undefined, data.values, undefined, undefined] as never);
    expect(() => cast(broken as arrow.Data, "Utf8")).toThrow(expect.objectContaining({ code: "invalid-dictionary" }));
  });

  test("turns texts and bytes into each other, also with wide offsets and from a slice", () => {
    const data = texts("x", "żółw", null, "", "😀").slice(1, 4) as arrow.Data;
    for (const to of ["LargeUtf8", "Utf8"]) expect(boxed(cast(data, to))).toEqual(["żółw", null, "", "😀"]);
    const bytes = cast(cast(data, "LargeBinary"), "Binary");
    expect(boxed(bytes)).toEqual(
      [Buffer.from("żółw"), null, Buffer.from(""), Buffer.from("😀")].map((value) => value && new Uint8Array(value)),
    );
    expect(boxed(cast(bytes, "Utf8"))).toEqual(["żółw", null, "", "😀"]);
    const noText = arrow.vectorFromArray([Uint8Array.of(97), Uint8Array.of(0xff, 0xfe)], new arrow.Binary())
      .data[0] as arrow.Data;
    expect(() => cast(noText, "Utf8")).toThrow(refusal('row 1: "0xfffe"'));
  });

  test("turns integers of 64 bits into floats where they are exactly that", () => {
    const longs = (...values: bigint[]) => arrow.vectorFromArray(values, new arrow.Int64()).data[0] as arrow.Data;
    const fitting = [2n ** 53n, -(2n ** 53n), 2n ** 53n + 2n, 2n ** 60n, -(2n ** 63n), 0n];
    expect(boxed(cast(longs(...fitting), "Float64"))).toEqual(fitting.map(Number));
    for (const value of [2n ** 53n + 1n, -(2n ** 53n) - 1n, 2n ** 63n - 1n, 2n ** 60n + 1n])
      expect(() => cast(longs(1n, value), "Float64")).toThrow(refusal(`row 1: ${value}`));
  });

  test.each([
    ["true", true],
    ["FALSE", false],
    ["t", true],
    ["f", false],
    ["1", true],
    ["0", false],
  ])("reads %s as a boolean", (text, expected) => {
    expect(boxed(cast(texts(null, text), "Bool"))).toEqual([null, expected]);
  });

  test.each(["yes", "", " true", "2", "tru"])("does not read %j as a boolean", (text) => {
    expect(() => cast(texts("true", text), "Bool")).toThrow(refusal(`row 1: ${JSON.stringify(text)}`));
  });

  test.each([
    ["1.5", 1.5],
    ["-0", -0],
    ["007.50", 7.5],
    [".5", 0.5],
    ["5.", 5],
    ["1e3", 1000],
    ["2.5E-3", 0.0025],
    ["100000000000000000000000", 1e23],
    ["5e-324", 5e-324],
    ["Infinity", Number.POSITIVE_INFINITY],
    ["-Infinity", Number.NEGATIVE_INFINITY],
    ["NaN", Number.NaN],
    ["0.1000000000000000055511151231257827021181583404541015625", 0.1],
  ])("reads %s as a float", (text, expected) => {
    expect(boxed(cast(texts(text), "Float64"))).toEqual([expected]);
  });

  test.each([
    ...["", " 1", "1 ", "+1", "1,5", "1_000", "0x10", "1e", ".", "-", "--1", "nan", "inf", "1e400", "1e-400", "ten"],
    ...["9007199254740993", "3.14159265358979323846", "0.10000000000000000001"],
  ])("does not read %j as a float", (text) => {
    expect(() => cast(texts(text), "Float64")).toThrow(refusal(`row 0: ${JSON.stringify(text)}`));
  });

  test("reads a float of 32 bits where it has the digits", () => {
    expect(boxed(cast(texts("0.1", "16777216", "3.4e38"), "Float32"))).toEqual(
      [0.1, 16777216, 3.4e38].map(Math.fround),
    );
    expect(() => cast(texts("16777217"), "Float32")).toThrow(refusal('row 0: "16777217"'));
    expect(() => cast(texts("1e39"), "Float32")).toThrow(refusal('row 0: "1e39"'));
  });

  const noon = BigInt(Date.UTC(2024, 1, 29, 12, 30));
  test.each([
    ["2024-02-29T12:30:00Z", "Timestamp<MILLISECOND, UTC>", noon],
    ["2024-02-29 12:30Z", "Timestamp<MILLISECOND, UTC>", noon],
    ["2024-02-29 12:30:00", "Timestamp<MILLISECOND, UTC>", noon],
    ["2024-02-29 14:30:00+02", "Timestamp<MILLISECOND, UTC>", noon],
    ["2024-02-29T14:30:00+02:00", "Timestamp<MILLISECOND, UTC>", noon],
    ["2024-03-01T00:00:00+1130", "Timestamp<MILLISECOND, Europe/Warsaw>", noon],
    ["2024-02-28T23:00:00-13:30", "Timestamp<MILLISECOND, UTC>", noon],
    ["2024-02-29 12:30:00", "Timestamp<MILLISECOND>", noon],
    ["2024-02-29", "Timestamp<SECOND>", BigInt(Date.UTC(2024, 1, 29)) / 1000n],
    ["2024-02-29T12:30:00.123456789", "Timestamp<NANOSECOND>", noon * 1_000_000n + 123_456_789n],
    ["2024-02-29T12:30:00.120000", "Timestamp<MILLISECOND>", noon + 120n],
    ["1969-12-31T23:59:59.999", "Timestamp<MILLISECOND>", -1n],
    ["0000-01-01T00:00:00", "Timestamp<SECOND>", -62_167_219_200n],
    ["-000001-12-31T23:59:59", "Timestamp<SECOND>", -62_167_219_201n],
    ["+012024-02-29T00:00:00", "Timestamp<SECOND>", BigInt(Date.UTC(12024, 1, 29)) / 1000n],
  ])("reads %s as %s", (text, to, expected) => {
    expect(unitsOf(cast(texts(null, text), to))).toEqual([null, expected]);
  });

  test.each([
    ["2023-02-29T00:00:00", "Timestamp<SECOND>"],
    ["1900-02-29T00:00:00", "Timestamp<SECOND>"],
    ["2024-04-31T00:00:00", "Timestamp<SECOND>"],
    ["2024-13-01T00:00:00", "Timestamp<SECOND>"],
    ["2024-00-10T00:00:00", "Timestamp<SECOND>"],
    ["2024-01-00T00:00:00", "Timestamp<SECOND>"],
    ["2024-02-29T24:00:00", "Timestamp<SECOND>"],
    ["2024-02-29T12:60:00", "Timestamp<SECOND>"],
    ["2024-02-29T12:30:60", "Timestamp<SECOND>"],
    ["2024-02-29T12:30:00.5", "Timestamp<SECOND>"],
    ["2024-02-29T12:30:00.0001", "Timestamp<MILLISECOND>"],
    ["2024-02-29T12:30:00Z", "Timestamp<SECOND>"],
    ["2024-02-29T12:30:00", "Timestamp<SECOND, Europe/Warsaw>"],
    ["2024-02-29T12:30:00+25:00", "Timestamp<SECOND, UTC>"],
    ["2024-02-29T12:30:00 UTC", "Timestamp<SECOND, UTC>"],
    ["+300000-01-01T00:00:00", "Timestamp<NANOSECOND>"],
    ["24-02-29T12:30:00", "Timestamp<SECOND>"],
    ["20240229T123000", "Timestamp<SECOND>"],
    [" 2024-02-29T12:30:00", "Timestamp<SECOND>"],
    ["2024-02-29T12:30:00\n", "Timestamp<SECOND>"],
    ["2024-02-29T00:00:01", "Date32<DAY>"],
    ["2024-02-29Z", "Date32<DAY>"],
  ])("does not read %j as %s", (text, to) => {
    expect(() => cast(texts(text), to)).toThrow(refusal(`row 0: ${JSON.stringify(text)}`));
  });

  test("names the first row that does not fit, and at most 40 characters of its value", () => {
    const long = "x".repeat(100);
    expect(() => cast(texts(null, "1", long, "y"), "Int32")).toThrow(refusal(`row 2: "${"x".repeat(39)}…"`));
    expect(() => cast(texts("12 \n"), "Int32")).toThrow(/"at".*Int32.*Utf8.*row 0: "12 \\n"/);
  });

  test.each([
    ["Utf8", "List<Utf8>"],
    ["Utf8", "Time32<SECOND>"],
    ["Utf8", "Dictionary<Int32, Utf8>"],
    ["Bool", "Float64"],
    ["Float64", "Bool"],
    ["Int64", "Timestamp<MILLISECOND>"],
    ["Timestamp<MILLISECOND>", "Int64"],
    ["Binary", "Int32"],
    ["Int32", "Binary"],
    ["Timestamp<SECOND>", "Timestamp<SECOND, UTC>"],
    ["Date32<DAY>", "Timestamp<SECOND, Europe/Warsaw>"],
    ["Decimal128<20, 4>", "Float64"],
    ["Float16", "Float32"],
  ])("does not turn %s into %s", (from, to) => {
    const data = arrow.makeData({ type: typeNamed(from) as arrow.Int32, length: 0 });
    expect(() => cast(data, to)).toThrow(refusal());
  });

  test("leaves the column it is given as it is", () => {
    const data = arrow.vectorFromArray([1, null, 3], new arrow.Int32()).data[0]!;
    const before = structuredClone([data.values, data.nullBitmap]);
    const made = cast(data as arrow.Data, "Float64");
    made.values.fill(9);
    made.nullBitmap.fill(0);
    expect([data.values, data.nullBitmap]).toEqual(before);
  });
});
