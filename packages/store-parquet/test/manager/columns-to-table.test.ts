import { type ColumnsInput, columnsToTable } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";

async function columnOf(values: unknown, type?: arrow.DataType, nullable = true): Promise<arrow.Vector> {
  const schema = type === undefined ? undefined : new arrow.Schema([new arrow.Field("c", type, nullable)]);
  return (await columnsToTable({ c: values } as ColumnsInput, schema)).getChildAt(0)!;
}

describe("a column becomes, without a schema,", () => {
  test.each<[string, unknown, string, unknown[]]>([
    ["floats of numbers", [1.5, null, -0, Number.NaN, Infinity], "Float64", [1.5, null, -0, Number.NaN, Infinity]],
    ["64-bit integers of bigints", [-(2n ** 63n), null, 2n ** 63n - 1n], "Int64", [-(2n ** 63n), null, 2n ** 63n - 1n]],
    ["booleans of booleans", [true, null, false], "Bool", [true, null, false]],
    ["texts of strings", ["", null, "Łódź 🎉", "a\0b"], "Utf8", ["", null, "Łódź 🎉", "a\0b"]],
    [
      "bytes of byte arrays",
      [Uint8Array.of(), null, Buffer.from("x")],
      "Binary",
      [Uint8Array.of(), null, Uint8Array.of(120)],
    ],
    ["nulls of nulls", [null, null], "Null", [null, null]],
    ["nulls of nothing", [], "Null", []],
    ["32-bit integers of theirs", Int32Array.of(-1, 2), "Int32", [-1, 2]],
    ["unsigned bytes of a Buffer", Buffer.from([1, 255]), "Uint8", [1, 255]],
    ["unsigned bytes of clamped ones", Uint8ClampedArray.of(7, 255), "Uint8", [7, 255]],
    ["unsigned 64-bit integers of theirs", BigUint64Array.of(2n ** 64n - 1n), "Uint64", [2n ** 64n - 1n]],
    ["32-bit floats of theirs", Float32Array.of(0.5), "Float32", [0.5]],
  ])("%s", async (_, given, type, expected) => {
    const column = await columnOf(given);
    expect(String(column.type)).toBe(type);
    const values = [...column];
    expect(values).toHaveLength(expected.length);
    for (const [i, value] of values.entries()) {
      expect(value).toEqual(expected[i]);
      if (typeof expected[i] === "number") expect(Object.is(value, expected[i])).toBe(true);
    }
  });

  test("moments in UTC of dates, to the millisecond, before 1970 too", async () => {
    const dates = [new Date(-1), null, new Date(8.64e15), new Date("2026-01-02T03:04:05.678Z")];
    const column = await columnOf(dates);
    expect(String(column.type)).toBe("Timestamp<MILLISECOND, UTC>");
    const stored = column.data[0]!.values as BigInt64Array;
    expect([...stored]).toEqual([-1n, 0n, 8_640_000_000_000_000n, 1_767_323_045_678n]);
    expect(column.nullCount).toBe(1);
  });
});

describe("with a schema, a column", () => {
  test.each<[string, arrow.DataType, unknown, unknown[]]>([
    ["of small integers takes numbers", new arrow.Int8(), [-128, null, 127], [-128, null, 127]],
    ["of unsigned integers takes numbers", new arrow.Uint32(), [0, 4_294_967_295], [0, 4_294_967_295]],
    ["of unsigned 64-bit integers takes bigints", new arrow.Uint64(), [0n, 2n ** 64n - 1n], [0n, 2n ** 64n - 1n]],
    [
      "of 32-bit floats takes what they hold exactly",
      new arrow.Float32(),
      [0.5, Number.NaN, -0],
      [0.5, Number.NaN, -0],
    ],
    ["of texts takes an empty array", new arrow.Utf8(), [], []],
    ["of large texts takes strings", new arrow.LargeUtf8(), ["a", null, "bc"], ["a", null, "bc"]],
    ["of large bytes takes byte arrays", new arrow.LargeBinary(), [Uint8Array.of(1)], [Uint8Array.of(1)]],
    ["of days takes numbers of days", new arrow.DateDay(), [1, null], [86_400_000, null]],
    ["of days takes dates at midnight", new arrow.DateDay(), [new Date(86_400_000)], [86_400_000]],
    ["of its own kind takes a typed array", new arrow.Float64(), Float64Array.of(1), [1]],
  ])("%s", async (_, type, given, expected) => {
    const column = await columnOf(given, type);
    expect(column.type).toBe(type);
    expect([...column].map((value) => (value instanceof Date ? value.getTime() : value))).toEqual(expected);
  });

  test("of nanoseconds takes bigints in that unit, exactly", async () => {
    const column = await columnOf([1_700_000_000_123_456_789n], new arrow.TimestampNanosecond("UTC"));
    expect((column.data[0]!.values as BigInt64Array)[0]).toBe(1_700_000_000_123_456_789n);
  });

  test.each<[string, arrow.DataType, unknown, string]>([
    ["a fraction among integers", new arrow.Int32(), [1, 1.5], "row 1"],
    ["-0 among integers", new arrow.Int32(), [-0], "row 0"],
    ["an integer out of range", new arrow.Int8(), [0, 128], "row 1"],
    ["a number for a 64-bit integer", new arrow.Int64(), [1], "bigints"],
    ["a bigint for a float", new arrow.Float64(), [1n], "numbers"],
    ["a float that 32 bits can't hold", new arrow.Float32(), [0.1], "Float32"],
    ["a bigint below 0 for an unsigned one", new arrow.Uint64(), [-1n], "outside"],
    ["a text for a number", new arrow.Float64(), ["1"], "numbers"],
    ["a number for a text", new arrow.Utf8(), [1], "texts"],
    ["a date that is not at midnight for a day", new arrow.DateDay(), [new Date(1)], "beginning of a day"],
    ["a date for microseconds", new arrow.TimestampMicrosecond(), [new Date(1)], "bigints"],
    ["another typed array", new arrow.Int32(), Float64Array.of(1), "Float64Array"],
    ["signed for unsigned", new arrow.Uint32(), Int32Array.of(1), "Int32Array"],
    ["values for a list", new arrow.List(new arrow.Field("item", new arrow.Int32())), ["x"], "Arrow vector"],
  ])("refuses %s", async (_, type, given, said) => {
    await expect(columnOf(given, type)).rejects.toMatchObject({
      code: "unsuitable-value",
      message: expect.stringContaining(said),
    });
  });

  test("refuses null where its field allows none, naming the row", async () => {
    await expect(columnOf([1, null], new arrow.Float64(), false)).rejects.toThrow('Column "c", row 1, is null');
  });

  test("is named where it is missing or not declared", async () => {
    const schema = new arrow.Schema([
      new arrow.Field("a", new arrow.Float64()),
      new arrow.Field("b", new arrow.Utf8()),
    ]);
    const making = columnsToTable({ b: ["x"], c: [1] }, schema);
    await expect(making).rejects.toMatchObject({ code: "schema-mismatch" });
    await expect(making).rejects.toThrow('column "a" is missing; column "c" is not declared');
    const table = await columnsToTable({ b: ["x"], a: [1] }, schema);
    expect(table.toArray().map((row) => row.toJSON())).toEqual([{ a: 1, b: "x" }]);
  });
});

describe("refused, with column and row, are", () => {
  test.each<[string, unknown, string]>([
    ["mixed kinds", [null, 1, "x"], 'Column "c", row 2, is string'],
    ["undefined", [1, undefined], 'Column "c", row 1, is undefined'],
    ["holes", new Array(2), 'Column "c", row 0, is undefined'],
    ["a bigint beyond 64 bits", [2n ** 63n], "row 0"],
    ["a lone surrogate", ["a", "\ud800"], "row 1"],
    ["an invalid date", [new Date(Number.NaN)], "invalid date"],
    ["objects", [{ a: 1 }], "is an object"],
    ["functions", [() => 1], "is function"],
  ])("%s", async (_, given, said) => {
    await expect(columnOf(given)).rejects.toMatchObject({
      code: "unsuitable-value",
      message: expect.stringContaining(said),
    });
  });

  test("columns of different lengths, each with its length", async () => {
    const making = columnsToTable({ a: [1, 2], b: Int32Array.of(1), c: [] });
    await expect(making).rejects.toMatchObject({ code: "unequal-columns" });
    await expect(making).rejects.toThrow('"a" has 2, "b" has 1, "c" has 0');
  });
});

test("a column of any name, no columns, and an Arrow vector are fine", async () => {
  const named = await columnsToTable(JSON.parse('{"__proto__": [1], "": [2]}') as ColumnsInput);
  expect(named.schema.fields.map(({ name }) => name)).toEqual(["__proto__", ""]);
  expect(await columnsToTable({})).toMatchObject({ numRows: 0, numCols: 0 });
  const vector = arrow.vectorFromArray([["a"], null], new arrow.List(new arrow.Field("item", new arrow.Utf8())));
  expect((await columnsToTable({ vector, n: [1, 2] })).numRows).toBe(2);
});

const kinds: Record<string, fc.Arbitrary<unknown>> = {
  number: fc.double(),
  bigint: fc.bigInt(-(2n ** 63n), 2n ** 63n - 1n),
  boolean: fc.boolean(),
  string: fc.string({ unit: "grapheme" }),
  Date: fc.date({ noInvalidDate: true }),
  bytes: fc.uint8Array(),
};

test("whatever the values, they come back as they were, nulls in their places", async () => {
  const columns = fc
    .constantFrom(...Object.keys(kinds))
    .chain((kind) => fc.array(fc.option(kinds[kind]!, { freq: 4 })));
  await fc.assert(
    fc.asyncProperty(columns, async (values) => {
      const column = await columnOf(values);
      expect(column.length).toBe(values.length);
      for (const [row, expected] of values.entries()) {
        const actual: unknown = column.get(row);
        if (expected instanceof Date) expect(Number(actual)).toBe(expected.getTime());
        else if (typeof expected === "number") expect(Object.is(actual, expected)).toBe(true);
        else expect(actual).toEqual(expected);
      }
    }),
    { numRuns: 200 },
  );
});
