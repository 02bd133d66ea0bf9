import { createRequire } from "node:module";
import { dirname, join } from "node:path";
import { UndigestableValueError, valueDigest } from "@larder/core";
import * as arrow from "apache-arrow";
import { describe, expect, it } from "vitest";

const ints = (values: number[]) => arrow.makeVector(Int32Array.from(values));
const table = (fields: arrow.Field[], columns: arrow.Vector[], metadata?: Map<string, string>) => {
  const length = columns[0]?.length ?? 0;
  const children = columns.map((column) => column.data[0]!);
  const data = arrow.makeData({ type: new arrow.Struct(fields), length, nullCount: 0, children });
  return new arrow.Table([new arrow.RecordBatch(new arrow.Schema(fields, metadata), data)]);
};
const field = (name: string, type: arrow.DataType, nullable = true, metadata?: Map<string, string>) =>
  new arrow.Field(name, type, nullable, metadata);
const int = new arrow.Int32();

describe("the digest of an Arrow table", () => {
  const base = () => table([field("a", int), field("b", int)], [ints([1, 2]), ints([3, 4])]);

  it("is that of an equal table", () => {
    expect(valueDigest(base())).toBe(valueDigest(base()));
    expect(valueDigest({ flights: base() })).not.toBe(valueDigest(base()));
  });

  it("says what is a table, a batch and a column", () => {
    const digests = [base(), base().batches[0], base().getChild("a"), base().toArray(), [1, 2]].map((value) => {
      try {
        return valueDigest(value);
      } catch (error) {
        return (error as UndigestableValueError).code;
      }
    });
    expect(new Set(digests).size).toBe(digests.length);
  });

  it("changes with names, order, nullability, metadata and types", () => {
    const metadata = new Map([["unit", "minutes"]]);
    const others = [
      base(),
      table([field("a", int), field("c", int)], [ints([1, 2]), ints([3, 4])]),
      table([field("b", int), field("a", int)], [ints([1, 2]), ints([3, 4])]),
      table([field("b", int), field("a", int)], [ints([3, 4]), ints([1, 2])]),
      table([field("a", int, false), field("b", int)], [ints([1, 2]), ints([3, 4])]),
      table([field("a", int, true, metadata), field("b", int)], [ints([1, 2]), ints([3, 4])]),
      table([field("a", int), field("b", int)], [ints([1, 2]), ints([3, 4])], metadata),
      table([field("a", int)], [ints([1, 2])]),
      table([field("a", int), field("b", new arrow.Uint32())], [ints([1, 2]), arrow.makeVector(Uint32Array.of(3, 4))]),
      table(
        [field("a", int), field("b", new arrow.Float32())],
        [ints([1, 2]), arrow.makeVector(Float32Array.of(3, 4))],
      ),
      table([field("a", int), field("b", int)], [ints([1]), ints([3])]),
      table([field("a", int), field("b", int)], [ints([]), ints([])]),
      table([], []),
    ];
    expect(new Set(others.map(valueDigest)).size).toBe(others.length);
  });

  it("does not depend on the order of metadata", () => {
    const one = new Map([
      ["a", "1"],
      ["b", "2"],
    ]);
    const two = new Map([
      ["b", "2"],
      ["a", "1"],
    ]);
    expect(valueDigest(table([field("a", int, true, one)], [ints([1])], two))).toBe(
      valueDigest(table([field("a", int, true, two)], [ints([1])], one)),
    );
  });

  it("changes with unit, time zone, width, precision and scale", () => {
    const types = [
      new arrow.TimestampSecond(),
      new arrow.TimestampMillisecond(),
      new arrow.TimestampMillisecond("UTC"),
      new arrow.TimestampMillisecond("Europe/Paris"),
      new arrow.TimestampNanosecond(),
      new arrow.DateMillisecond(),
      new arrow.DurationSecond(),
      new arrow.DurationMillisecond(),
      new arrow.Int64(),
      new arrow.Uint64(),
      new arrow.TimeMicrosecond(),
      new arrow.TimeNanosecond(),
    ];
    const values = BigInt64Array.of(1n, 2n);
    const digests = types.map((type) => {
      const data = type instanceof arrow.Uint64 ? new BigUint64Array(values.buffer) : values;
      return valueDigest(
        table([field("a", type)], [new arrow.Vector([arrow.makeData({ type, data, length: 2 } as never)])]),
      );
    });
    const decimals = [new arrow.Decimal(2, 20, 128), new arrow.Decimal(3, 20, 128), new arrow.Decimal(2, 21, 128)];
    for (const type of decimals) {
      const data = arrow.makeData({ type, data: new Uint32Array(8), length: 2 } as never);
      digests.push(valueDigest(table([field("a", type)], [new arrow.Vector([data])])));
    }
    const strings = [
      new arrow.Utf8(),
      new arrow.Binary(),
      new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32()),
      new arrow.Dictionary(new arrow.Utf8(), new arrow.Int8()),
    ];
    for (const type of strings) {
      const column = arrow.vectorFromArray(
        [type instanceof arrow.Binary ? Uint8Array.of(97) : "a"],
        type as arrow.Utf8,
      );
      digests.push(valueDigest(column));
    }
    expect(new Set(digests).size).toBe(digests.length);
  });

  it("has one NaN in floats, keeps -0, and looks under no null", () => {
    const bits = new Float64Array(BigUint64Array.of(0x7ff8000000000001n, 0n).buffer);
    const column = (data: Float64Array, nullBitmap?: Uint8Array) =>
      new arrow.Vector([
        arrow.makeData({ type: new arrow.Float64(), data, ...(nullBitmap && { nullBitmap, nullCount: -1 }) }),
      ]);
    expect(valueDigest(column(bits))).toBe(valueDigest(column(Float64Array.of(Number.NaN, 0))));
    expect(valueDigest(column(bits))).not.toBe(valueDigest(column(Float64Array.of(Number.NaN, -0))));
    expect(valueDigest(column(Float64Array.of(1, 5), Uint8Array.of(1)))).toBe(
      valueDigest(column(Float64Array.of(1, Number.NaN), Uint8Array.of(0b1111_1101))),
    );
    expect(valueDigest(column(Float64Array.of(1, 5), Uint8Array.of(3)))).toBe(
      valueDigest(column(Float64Array.of(1, 5))),
    );
  });

  it("of strings and lists looks under no null, wherever their offsets begin", () => {
    const text = (offsets: number[], bytes: string, bitmap: number) =>
      new arrow.Vector([
        arrow.makeData({
          type: new arrow.Utf8(),
          valueOffsets: Int32Array.from(offsets),
          data: Buffer.from(bytes),
          nullBitmap: Uint8Array.of(bitmap),
          nullCount: -1,
          length: offsets.length - 1,
        }),
      ]);
    expect(valueDigest(text([0, 1, 1, 2], "ac", 0b101))).toBe(valueDigest(text([3, 4, 9, 10], "???a?????c?", 0b101)));
    expect(valueDigest(text([0, 1, 1, 2], "ac", 0b101))).not.toBe(valueDigest(text([0, 1, 1, 2], "ac", 0b111)));
    const type = new arrow.List(field("item", int));
    const list = (offsets: number[], items: number[], bitmap: number) =>
      new arrow.Vector([
        arrow.makeData({
          type,
          valueOffsets: Int32Array.from(offsets),
          child: ints(items).data[0]!,
          nullBitmap: Uint8Array.of(bitmap),
          nullCount: -1,
          length: offsets.length - 1,
        } as never),
      ]);
    expect(valueDigest(list([0, 2, 2, 3], [1, 2, 3], 0b101))).toBe(
      valueDigest(list([1, 3, 5, 6], [9, 1, 2, 8, 8, 3], 0b101)),
    );
    expect(valueDigest(list([0, 2, 3], [1, 2, 3], 0b11))).not.toBe(valueDigest(list([0, 1, 3], [1, 2, 3], 0b11)));
  });

  it("of a struct looks at no field of a null", () => {
    const type = new arrow.Struct([field("a", int)]);
    const struct = (values: number[], bitmap: number) =>
      new arrow.Vector([
        arrow.makeData({
          type,
          length: values.length,
          children: [ints(values).data[0]!],
          nullBitmap: Uint8Array.of(bitmap),
          nullCount: -1,
        } as never),
      ]);
    expect(valueDigest(struct([1, 2, 3], 0b101))).toBe(valueDigest(struct([1, 99, 3], 0b101)));
    expect(valueDigest(struct([1, 2, 3], 0b111))).not.toBe(valueDigest(struct([1, 99, 3], 0b111)));
  });

  it("does not depend on the order, doubles, unused entries or nulls of a dictionary", () => {
    const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32());
    const column = (entries: (string | null)[], indices: number[], bitmap?: number) =>
      new arrow.Vector([
        arrow.makeData({
          type,
          data: Int32Array.from(indices),
          dictionary: arrow.vectorFromArray(entries, new arrow.Utf8()),
          ...(bitmap !== undefined && { nullBitmap: Uint8Array.of(bitmap), nullCount: -1 }),
        } as never),
      ]);
    const expected = valueDigest(column(["a", "b"], [0, 1, 0]));
    expect(valueDigest(column(["b", "a"], [1, 0, 1]))).toBe(expected);
    expect(valueDigest(column(["x", "b", "a", "a"], [3, 1, 2]))).toBe(expected);
    expect(valueDigest(column(["a", "b"], [0, 0, 1]))).not.toBe(expected);
    const withNull = valueDigest(column(["a", "b"], [0, 1, 0], 0b101));
    expect(valueDigest(column(["a", null], [0, 1, 0]))).toBe(withNull);
    expect(valueDigest(column(["a"], [0, 77, 0], 0b101))).toBe(withNull);
    expect(withNull).not.toBe(expected);
  });

  it("survives Arrow's own format, with other offsets and dictionaries", () => {
    const made = new arrow.Table({
      text: arrow.vectorFromArray(["a", null, "b", "a"], new arrow.Utf8()),
      code: arrow.vectorFromArray(["x", "y", null, "x"]),
      list: arrow.vectorFromArray([[1], [], null, [2, 3]], new arrow.List(field("item", new arrow.Float64()))),
    });
    const back = arrow.tableFromIPC(arrow.tableToIPC(made.slice(1)));
    expect(valueDigest(back)).toBe(valueDigest(made.slice(1)));
    expect(valueDigest(back)).not.toBe(valueDigest(made));
  });

  it("understands tables of another copy of apache-arrow", () => {
    const require = createRequire(import.meta.url);
    const other = require(join(dirname(require.resolve("apache-arrow")), "Arrow.node.js")) as typeof arrow;
    expect(other.Table).not.toBe(arrow.Table);
    const columns = { a: Int32Array.of(1, 2), b: Float64Array.of(0.5, Number.NaN) };
    expect(valueDigest(other.tableFromArrays(columns))).toBe(valueDigest(arrow.tableFromArrays(columns)));
  });

  it("refuses unions, and names the column", () => {
    const union = new arrow.DenseUnion([0, 1], [field("i", int), field("f", new arrow.Float64())]);
    const data = arrow.makeData({
      type: union,
      length: 2,
      typeIds: Int8Array.of(0, 1),
      valueOffsets: Int32Array.of(0, 0),
      children: [ints([1]).data[0]!, arrow.makeVector(Float64Array.of(1)).data[0]!],
    } as never);
    const value = {
      flights: table([field("a", int), field("mixed", union)], [ints([1, 2]), new arrow.Vector([data])]),
    };
    expect(() => valueDigest(value)).toThrow(UndigestableValueError);
    expect(() => valueDigest(value)).toThrow(/\$\.flights\.mixed .*Union/);
  });

  it("refuses buffers that do not fit together", () => {
    const broken = (data: object) =>
      new arrow.Vector([Object.assign(arrow.makeVector(Int32Array.of(1, 2)).data[0]!.clone(), data)]);
    for (const data of [{ length: 5 }, { values: undefined }, { values: Float64Array.of(1, 2) }]) {
      expect(() => valueDigest(broken(data)), Object.keys(data)[0]).toThrow(UndigestableValueError);
    }
    const text = arrow.vectorFromArray(["a", "bc"], new arrow.Utf8()).data[0]!;
    for (const valueOffsets of [Int32Array.of(0, 1), Int32Array.of(0, 2, 1), Int32Array.of(0, 1, 100)]) {
      const vector = new arrow.Vector([Object.assign(text.clone(), { valueOffsets })]);
      expect(() => valueDigest(vector), String(valueOffsets)).toThrow(UndigestableValueError);
    }
  });

  it("of 231,083 rows is the same in one batch and in many", () => {
    const rows = 231_083;
    const delay = Int16Array.from({ length: rows }, (_, index) => (index * 7919) % 300);
    const distance = Float64Array.from({ length: rows }, (_, index) => index / 3);
    const origin = arrow.vectorFromArray(
      Array.from({ length: 300 }, (_, index) => `A${index}`),
      new arrow.Utf8(),
    );
    const indices = Int32Array.from({ length: rows }, (_, index) => (index * 31) % 300);
    const type = new arrow.Dictionary(new arrow.Utf8(), new arrow.Int32());
    const whole = new arrow.Table({
      delay: arrow.makeVector(delay),
      distance: arrow.makeVector(distance),
      origin: new arrow.Vector([arrow.makeData({ type, data: indices, dictionary: origin } as never)]),
    });
    const cuts = [0, 1, 8191, 8192, 8193, 65_536, 200_001, rows];
    const batches = cuts.slice(1).flatMap((end, at) => whole.slice(cuts[at], end).batches);
    expect(valueDigest(new arrow.Table(whole.schema, batches))).toBe(valueDigest(whole));
  });
});
