import * as arrow from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { ArrowLikeType } from "../../../src/arrow/arrow-like.js";
import { typeText } from "../../../src/arrow/type-text.js";
import { columnMetadataOf, columnTypeOf } from "../../../src/dataset/columns/column-type-of.js";
import { isSameType } from "../../../src/dataset/columns/is-same-type.js";
import { fieldOf, type NestedField, type NestedType, nestedFields } from "../../support/random-nested.js";
import { keptTypes } from "../../support/random-table.js";

const textOf = (type: arrow.DataType) => typeText(type as ArrowLikeType);

/** The same field with names that can be told apart in a text. */
function plainlyNamed({ type, nulls }: NestedField, name = "item"): NestedField {
  const inner = (field: NestedField, place = 0) => plainlyNamed(field, `field ${place}`);
  const made: NestedType =
    typeof type === "string"
      ? type
      : type.kind === "struct"
        ? { ...type, fields: type.fields.map(inner) }
        : type.kind === "map"
          ? { ...type, key: inner(type.key), value: inner(type.value) }
          : { ...type, element: inner(type.element) };
  return { name, type: made, nulls };
}

describe("a column's type by its name", () => {
  test.each(Object.entries(keptTypes))("is %s for the text that is made of it, in any case", (_, make) => {
    const type = make();
    const text = textOf(type);
    expect(textOf(columnTypeOf(arrow, text))).toBe(text);
    expect(isSameType(columnTypeOf(arrow, text), type)).toBe(true);
    expect(textOf(columnTypeOf(arrow, text.toUpperCase())).toLowerCase()).toBe(text.toLowerCase());
  });

  test("is the nested type for the text that is made of it", () => {
    fc.assert(
      fc.property(nestedFields(4), (recipe) => {
        const { type } = fieldOf(plainlyNamed(recipe));
        const text = textOf(type);
        expect(textOf(columnTypeOf(arrow, text))).toBe(text);
        expect(isSameType(columnTypeOf(arrow, text), type)).toBe(true);
      }),
      { seed: 20261127, numRuns: 500 },
    );
  });

  test.each([
    ["int", "Int64"],
    ["Integer", "Int64"],
    ["bigint", "Int64"],
    ["float", "Float64"],
    ["DOUBLE", "Float64"],
    ["number", "Float64"],
    ["text", "Utf8"],
    ["string", "Utf8"],
    ["JSON", "Utf8"],
    ["bytes", "Binary"],
    ["boolean", "Bool"],
    ["date", "Date32<DAY>"],
    ["date32", "Date32<DAY>"],
    ["timestamp", "Timestamp<MILLISECOND, UTC>"],
    ["timestamp<microsecond, Europe/Warsaw>", "Timestamp<MICROSECOND, Europe/Warsaw>"],
    ["float64", "Float64"],
  ])("is, for %s, %s", (text, expected) => {
    expect(textOf(columnTypeOf(arrow, text))).toBe(expected);
  });

  test("of JSON comes with metadata that says so", () => {
    expect(columnMetadataOf("Json")).toEqual({ "larder:json": "true" });
    expect(columnMetadataOf("Utf8")).toBeUndefined();
  });

  test.each([
    ["itn64", "Int64"],
    ["Flaot64", "Float64"],
    ["Timestamp<MILISECOND>", "Timestamp<MILLISECOND>"],
    ["strng", "string"],
  ])("is unknown for %s, and the nearest is %s", (text, nearest) => {
    expect(() => columnTypeOf(arrow, text)).toThrow(
      expect.objectContaining({
        code: "unknown-type",
        facts: { type: text, nearest },
        message: expect.stringContaining(nearest),
      }),
    );
  });

  test.each([
    ...[
      "",
      " ",
      "__proto__",
      "constructor",
      "toString",
      "Int64 ",
      "Int64[3]",
      "Int128",
      "List",
      "List<>",
      "List<Int32",
    ],
    ...["List<Int32>>", "List<Int32, Utf8>", "FixedSizeBinary", "FixedSizeBinary[0]", "FixedSizeBinary[99999999999]"],
    ...[
      "FixedSizeList<Int32>",
      "Struct<>",
      "Struct<{a Int32}>",
      "Map<{a: Int32}>",
      "Dictionary<Utf8, Utf8>",
      "Dictionary<Int8>",
    ],
    ...[
      "Decimal128<20>",
      "Decimal99<1, 1>",
      "Timestamp<DAY>",
      "Timestamp<SECOND, >",
      "Time32<NANOSECOND>",
      "Time64<SECOND>",
    ],
  ])("is unknown for %j", (text) => {
    expect(() => columnTypeOf(arrow, text)).toThrow(expect.objectContaining({ code: "unknown-type" }));
  });

  test.each([
    ["List<", ">"],
    ["Struct<{a: ", "}>"],
    ["Map<{key: Int8, value: ", "}>"],
    ["FixedSizeList[2]<", ">"],
    ["Dictionary<Int8, ", ">"],
  ])("is known within a hundred of %j, and unknown within more than any type has", (before, after) => {
    const nested = (times: number) => `${before.repeat(times)}Utf8${after.repeat(times)}`;
    expect(textOf(columnTypeOf(arrow, nested(100)))).toBe(nested(100));
    for (const times of [129, 10_000])
      expect(() => columnTypeOf(arrow, nested(times))).toThrow(expect.objectContaining({ code: "unknown-type" }));
  });
});
