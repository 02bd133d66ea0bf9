import {
  Binary,
  type DataType,
  DateDay,
  Decimal,
  Dictionary,
  Field,
  Int32,
  List,
  makeData,
  Struct,
  Table,
  TimeMicrosecond,
  TimestampMicrosecond,
  TimestampMillisecond,
  TimestampNanosecond,
  TimestampSecond,
  Utf8,
  Vector,
  vectorFromArray,
} from "apache-arrow";
import { describe, expect, it } from "vitest";
import { cellReaders } from "../../src/tables/cell-values.js";

function cellsOf(vector: Vector): readonly unknown[] {
  const [batch] = new Table({ column: vector }).batches;
  const [read] = cellReaders(batch!);
  return Array.from({ length: batch!.numRows }, (_, row) => read!(row));
}

function column(type: DataType, data: Int32Array | Uint32Array | BigInt64Array, length = data.length): Vector {
  return new Vector([makeData({ type, length, data } as Parameters<typeof makeData>[0])]);
}

describe("cells", () => {
  it("keep every digit of moments, in every unit, before 1970 too", () => {
    expect(cellsOf(column(new TimestampSecond("UTC"), BigInt64Array.of(1_700_000_000n)))).toEqual([
      "2023-11-14T22:13:20Z",
    ]);
    expect(cellsOf(column(new TimestampMillisecond(), BigInt64Array.of(-1n)))).toEqual(["1969-12-31T23:59:59.999"]);
    expect(
      cellsOf(column(new TimestampMicrosecond("Europe/Berlin"), BigInt64Array.of(1_700_000_000_000_001n))),
    ).toEqual(["2023-11-14T22:13:20.000001Z"]);
    expect(cellsOf(column(new TimestampNanosecond(), BigInt64Array.of(1_700_000_000_123_456_789n, -1n)))).toEqual([
      "2023-11-14T22:13:20.123456789",
      "1969-12-31T23:59:59.999999999",
    ]);
  });

  it("show days, times and decimals as they are written", () => {
    expect(cellsOf(column(new DateDay(), Int32Array.of(0, 19_675)))).toEqual(["1970-01-01", "2023-11-14"]);
    expect(cellsOf(column(new TimeMicrosecond(), BigInt64Array.of(3_661_000_002n)))).toEqual(["01:01:01.000002"]);
    const minus = [0xffff_ff85, 0xffff_ffff, 0xffff_ffff, 0xffff_ffff];
    expect(cellsOf(column(new Decimal(2, 10), Uint32Array.of(12_345, 0, 0, 0, ...minus), 2))).toEqual([
      "123.45",
      "-1.23",
    ]);
  });

  it("take nested values, bytes and dictionaries apart, and keep what is missing", () => {
    expect(cellsOf(vectorFromArray([[1, 2], null, []], new List(new Field("item", new Int32()))))).toEqual([
      [1, 2],
      null,
      [],
    ]);
    const point = new Struct([new Field("x", new Int32()), new Field("name", new Utf8())]);
    expect(cellsOf(vectorFromArray([{ x: 1, name: "a" }], point))).toEqual([{ x: 1, name: "a" }]);
    expect(cellsOf(vectorFromArray([Uint8Array.of(0, 255), null], new Binary()))).toEqual(["AP8=", null]);
    expect(cellsOf(vectorFromArray(["b", null, "a"], new Dictionary(new Utf8(), new Int32())))).toEqual([
      "b",
      null,
      "a",
    ]);
  });
});
