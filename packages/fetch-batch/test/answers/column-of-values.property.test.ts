import { ColumnTypeError } from "@larder/core";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { expect, test } from "vitest";
import { answerRows } from "../../src/answers/answer-rows.js";
import { columnOfValues } from "../../src/answers/column-of-values.js";
import { tableOfColumns } from "../../src/answers/table-of-columns.js";

const idAt = (row: number) => row + 100;

function column(values: readonly unknown[], declared?: string) {
  return columnOfValues(arrow, "c", values, idAt, declared);
}

/** The values as an answer gives them. */
function seen(values: readonly unknown[], declared?: string): unknown[] {
  const ids = BigInt64Array.from(values, (_, i) => BigInt(i));
  const table = tableOfColumns(arrow, "id", ids, [column(values, declared)]);
  return answerRows(arrow, table).map((row) => row.c);
}

/** What JSON text makes of a value: whole numbers beyond 2⁵³ are bigints. */
function exactly(value: unknown): unknown {
  if (typeof value === "number") {
    return Number.isInteger(value) && !Number.isSafeInteger(value) && Math.abs(value) < 1e21
      ? BigInt(String(value))
      : value;
  }
  if (Array.isArray(value)) return value.map(exactly);
  if (typeof value !== "object" || value === null || value instanceof Date || value instanceof Uint8Array) return value;
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, exactly(inner)]));
}

const int64 = fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n });
const wellFormed = fc.string({ unit: "grapheme" });
const json = fc.jsonValue({ maxDepth: 3 }).map((value) => JSON.parse(JSON.stringify(value)) as unknown);
const container = fc
  .oneof(fc.dictionary(fc.string(), json), fc.array(json))
  .map((value) => JSON.parse(JSON.stringify(value)) as unknown);

const kinds: [string, fc.Arbitrary<unknown>, (type: arrow.DataType) => boolean][] = [
  ["small whole numbers", fc.integer(), (type) => String(type) === "Int32"],
  ["bigints", int64, (type) => String(type) === "Int64"],
  ["texts", wellFormed, (type) => String(type) === "Utf8"],
  ["booleans", fc.boolean(), (type) => String(type) === "Bool"],
  ["dates", fc.date({ noInvalidDate: true }), (type) => String(type) === "Timestamp<MILLISECOND, UTC>"],
  ["bytes", fc.uint8Array(), (type) => String(type) === "Binary"],
  ["objects and arrays", container, (type) => String(type) === "Utf8"],
];

for (const [name, value, isType] of kinds) {
  test(`${name} and nulls come back as they were`, () => {
    fc.assert(
      fc.property(fc.array(fc.oneof(value, fc.constantFrom(null, undefined))), (values) => {
        const { field } = column(values);
        const isNull = values.every((one) => one === null || one === undefined);
        expect(isNull ? String(field.type) === "Null" : isType(field.type)).toBe(true);
        expect(seen(values)).toEqual(values.map((one) => exactly(one ?? null)));
      }),
    );
  });
}

test("numbers keep every bit: NaN, infinities, -0 and what is larger than 32 bits", () => {
  fc.assert(
    fc.property(fc.array(fc.oneof(fc.double(), fc.constantFrom(-0, 2 ** 31, -(2 ** 31) - 1, null))), (values) => {
      for (const [i, value] of seen(values).entries()) expect(Object.is(value, values[i])).toBe(true);
    }),
  );
  expect(String(column([1, -0]).field.type)).toBe("Float64");
  expect(String(column([1, 2 ** 31]).field.type)).toBe("Float64");
});

test("numbers among bigints become bigints or numbers, whichever holds all of them exactly", () => {
  expect(seen([1, 2n ** 62n])).toEqual([1n, 2n ** 62n]);
  expect(seen([0.5, 3n])).toEqual([0.5, 3]);
  expect(String(column([-0, 3n]).field.type)).toBe("Float64");
  expect(() => column([0.5, 2n ** 53n + 1n])).toThrow(ColumnTypeError);
});

test("bigints beyond 64 bits are a ColumnTypeError that tells the id", () => {
  expect(() => column([1n, 2n ** 63n])).toThrow(/"c".*101/s);
  expect(() => column([1n, 2n ** 63n])).toThrow(ColumnTypeError);
});

test("values that have no type in common are a ColumnTypeError that names the column and two ids", () => {
  const values = [1, "a", true, new Date(0), Uint8Array.of(1), { a: 1 }, 5n];
  for (const left of values) {
    for (const right of values) {
      if (left === right || (typeof left !== typeof right && [left, right].every((one) => one === 1 || one === 5n)))
        continue;
      expect(() => column([left, null, right])).toThrow(ColumnTypeError);
      expect(() => column([left, null, right])).toThrow(/"c".*100.*102/s);
    }
  }
});

test("values of mixed types become text where a type was named, for the store to make that of it", () => {
  expect(seen([1, "2", 3n, true, new Date(0), { a: 1n }, -0, null], "text")).toEqual([
    "1",
    "2",
    "3",
    "true",
    "1970-01-01T00:00:00.000Z",
    '{"a":1}',
    "-0",
    null,
  ]);
});

test("a column called JSON is JSON text, whatever its values are", () => {
  expect(seen([{ a: 1 }, [1], 5, true, '{"b":2}', '"text"', null], "JSON")).toEqual([
    { a: 1 },
    [1],
    5,
    true,
    { b: 2 },
    "text",
    null,
  ]);
});

test("JSON keeps whole numbers beyond 2⁵³, and dates as texts", () => {
  expect(seen([{ n: 2n ** 60n, at: new Date(0), left: undefined }])).toEqual([
    { n: 2n ** 60n, at: "1970-01-01T00:00:00.000Z" },
  ]);
});

test("what no column can hold is refused with column and id", () => {
  class Interval {
    readonly days = 1;
  }
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  const unsuited = [
    new Interval(),
    Symbol("s"),
    () => 1,
    new Map(),
    new Date(Number.NaN),
    "\ud800",
    Float32Array.of(1),
  ];
  const inside = [{ a: Number.NaN }, [() => 1], { a: new Interval() }, { a: Uint8Array.of(1) }, cycle];
  for (const value of [...unsuited, ...inside]) {
    expect(() => column([null, value])).toThrow(expect.objectContaining({ code: "unsuitable-value" }));
    expect(() => column([null, value])).toThrow(/"c" of id 101/);
  }
});
