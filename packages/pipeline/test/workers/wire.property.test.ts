import { LarderError, valueDigest } from "@larder/core";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { FileInput, file } from "../../src/file-input.js";
import { putTogether, takeApart } from "../../src/workers/wire/arrow-wire.js";
import { packValues, unpackValues } from "../../src/workers/wire/packed-values.js";
import { errorFromWire, errorToWire } from "../../src/workers/wire/wire-error.js";
import { fromWire, tablesHandedOver, toWire } from "../../src/workers/wire/wire-value.js";

/** Through a message, as to another thread. */
function sent(value: unknown): unknown {
  const sending = tablesHandedOver(arrow);
  const packed = packValues([toWire(value, sending)]);
  const message = structuredClone(packed, { transfer: [...sending.blocks, packed.bytes.buffer] as ArrayBuffer[] });
  return fromWire(unpackValues(message)[0] as Parameters<typeof fromWire>[0], arrow);
}

/** A column of each kind, from numbers and nulls. */
type Kind = (numbers: readonly (number | null)[]) => arrow.Vector;
const each =
  <T>(of: (value: number) => T) =>
  (numbers: readonly (number | null)[]) =>
    numbers.map((value) => (value === null ? null : of(value)));
const plain =
  (type: arrow.DataType, of: (value: number) => unknown): Kind =>
  (numbers) =>
    arrow.vectorFromArray(each(of)(numbers) as never[], type) as arrow.Vector;
const field = (name: string, type: arrow.DataType) => new arrow.Field(name, type, true, new Map([["of", name]]));
const kinds: Readonly<Record<string, Kind>> = {
  int8: plain(new arrow.Int8(), (n) => n % 100),
  uint64: plain(new arrow.Uint64(), (n) => BigInt(Math.abs(n))),
  float16: plain(new arrow.Float16(), (n) => n % 64),
  float64: plain(new arrow.Float64(), (n) => n / 3),
  bool: plain(new arrow.Bool(), (n) => n % 2 === 0),
  utf8: plain(new arrow.Utf8(), (n) => `é${n}`),
  largeUtf8: plain(new arrow.LargeUtf8(), (n) => `ß${n}`),
  binary: plain(new arrow.Binary(), (n) => new Uint8Array([n & 255, 1])),
  fixed: plain(new arrow.FixedSizeBinary(2), (n) => new Uint8Array([n & 255, 2])),
  decimal: plain(new arrow.Decimal(2, 20), (n) => new Uint32Array([Math.abs(n), 0, 0, 0])),
  date: plain(new arrow.DateMillisecond(), (n) => new Date(n * 86_400_000)),
  timestamp: plain(new arrow.TimestampMicrosecond("Europe/Vienna"), (n) => n),
  null: (numbers) =>
    arrow.vectorFromArray(
      numbers.map(() => null),
      new arrow.Null(),
    ) as arrow.Vector,
  dictionary: plain(new arrow.Dictionary(new arrow.Utf8(), new arrow.Int16()), (n) => `d${n % 3}`),
  list: plain(new arrow.List(field("item", new arrow.Int32())), (n) => [n, n + 1].slice(n % 3)),
  fixedList: plain(new arrow.FixedSizeList(2, field("item", new arrow.Int32())), (n) => [n, -n]),
  struct: plain(
    new arrow.Struct([field("a", new arrow.Int32()), field("b", new arrow.List(field("item", new arrow.Utf8())))]),
    (n) => ({ a: n, b: [`${n}`] }),
  ),
};

/** Unions can't be made of values: of their parts they can. */
function union(numbers: readonly (number | null)[], mode: "dense" | "sparse"): arrow.Vector {
  const known = numbers.map((value) => value ?? 0);
  const children = [
    arrow.vectorFromArray(known, new arrow.Int32()),
    arrow.vectorFromArray(known.map(String), new arrow.Utf8()),
  ].map(({ data }) => data[0]!);
  const fields = [new arrow.Field("n", new arrow.Int32()), new arrow.Field("t", new arrow.Utf8())];
  const typeIds = Int8Array.from(known, (value) => Math.abs(value) % 2);
  const type = mode === "dense" ? new arrow.DenseUnion([0, 1], fields) : new arrow.SparseUnion([0, 1], fields);
  const offsets = mode === "dense" ? { valueOffsets: Int32Array.from(known, (_, index) => index) } : {};
  return new arrow.Vector([
    arrow.makeData({ type, length: known.length, typeIds, children, ...offsets } as never),
  ]) as arrow.Vector;
}

const tables = fc
  .record({
    names: fc.subarray(Object.keys(kinds), { minLength: 1 }),
    numbers: fc.array(fc.option(fc.integer({ min: -1000, max: 1000 }), { nil: null, freq: 4 }), { maxLength: 20 }),
    batches: fc.integer({ min: 1, max: 3 }),
    from: fc.nat(20),
    length: fc.nat(60),
  })
  .map(({ names, numbers, batches, from, length }) => {
    const columns = Object.fromEntries(names.map((name) => [name, kinds[name]!(numbers)]));
    const one = new arrow.Table(columns);
    const metadata = new Map([["made", "by chance"]]);
    const schema = new arrow.Schema(
      one.schema.fields.map(({ name, type }) => field(name, type)),
      metadata,
    );
    const same = one.batches.map((batch) => new arrow.RecordBatch(schema, batch.data));
    return new arrow.Table(schema, Array.from({ length: batches }, () => same).flat()).slice(from, from + length);
  });

describe("tables", () => {
  test("of every type, sliced or in batches, come out as they were, with their schema", () => {
    fc.assert(
      fc.property(tables, fc.constantFrom("shared" as const, "own" as const), (table, memory) => {
        const digest = valueDigest(table);
        const { wire, blocks } = takeApart(table, arrow, memory);
        const transfer = memory === "own" ? (blocks as ArrayBuffer[]) : [];
        const back = putTogether(structuredClone(wire, { transfer }), arrow);
        expect(String(back.schema)).toBe(String(table.schema));
        expect(back.schema.metadata).toEqual(table.schema.metadata);
        expect(back.schema.fields.map(({ metadata }) => metadata)).toEqual(
          table.schema.fields.map(({ metadata }) => metadata),
        );
        expect(valueDigest(back)).toBe(digest);
        // What was sent is still there.
        expect(valueDigest(table)).toBe(digest);
      }),
    );
  });

  test("with unions", () => {
    for (const mode of ["dense", "sparse"] as const) {
      const table = new arrow.Table({ u: union([1, 2, 3, 4, 5], mode), n: arrow.vectorFromArray([1, 2, 3, 4, 5]) });
      for (const part of [table, table.slice(1, 4)]) {
        const back = sent(part) as arrow.Table;
        expect(back.toArray().map(String)).toEqual(part.toArray().map(String));
      }
    }
  });

  test("within other values, and files, too; the value that was sent is not changed", () => {
    const table = new arrow.Table({ n: arrow.vectorFromArray([1, 2, 3]) });
    const list: unknown[] = [1n];
    list[2] = table;
    const value = { list, "__proto__ ": { source: file("a.csv") }, rest: new Map([[1, -0]]) };
    const back = sent(value) as typeof value;
    expect(valueDigest(back.list[2])).toBe(valueDigest(table));
    expect(1 in back.list).toBe(false);
    expect(back["__proto__ "].source).toEqual(new FileInput("a.csv"));
    expect(back.rest).toEqual(value.rest);
    expect(value.list[2]).toBe(table);
    const shared = { table };
    expect(() => sent([shared, shared])).toThrow("can't be sent");
  });
});

test("values come out as they were", () => {
  const values = fc.anything({
    withBigInt: true,
    withDate: true,
    withMap: true,
    withSet: true,
    withTypedArray: true,
    withSparseArray: true,
    withNullPrototype: true,
  });
  fc.assert(
    fc.property(values, (value) => {
      expect(valueDigest(sent(value))).toBe(valueDigest(value));
    }),
  );
});

describe("errors", () => {
  const again = (error: unknown) => errorFromWire(structuredClone(errorToWire(error)));

  test("come out with name, message, stack, code, facts, properties and causes", () => {
    const root = Object.assign(new TypeError("root"), { errno: -2, path: "/a" });
    const error = new LarderError("It failed.", { code: "it-failed", facts: { at: [1n] }, cause: root });
    const back = again(error) as LarderError;
    expect(LarderError.isInstance(back, "it-failed")).toBe(true);
    expect(back).toMatchObject({ name: "LarderError", message: "It failed.", facts: { at: [1n] }, stack: error.stack });
    expect(back.cause).toBeInstanceOf(TypeError);
    expect(back.cause).toMatchObject({ message: "root", errno: -2, path: "/a", stack: root.stack });
    const several = again(new AggregateError([root, "text"], "several")) as AggregateError;
    expect(several.name).toBe("AggregateError");
    expect(several.errors).toMatchObject([{ message: "root" }, "text"]);
  });

  test("whatever is thrown, and causes that lead back to themselves", () => {
    for (const thrown of [undefined, null, 5, "text", { a: 1 }]) expect(again(thrown)).toEqual(thrown);
    expect(again(() => 1)).toBe("() => 1");
    const circle = new Error("round");
    circle.cause = circle;
    expect(again(circle)).toMatchObject({ message: "round", cause: { message: "round" } });
  });
});
