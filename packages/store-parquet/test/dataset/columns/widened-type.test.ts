import { describe, expect, test } from "vitest";
import { type StoredType, widenedType } from "../../../src/dataset/columns/widened-type.js";

const longs = ["Int64", "Uint64", "Dictionary<Int32, Int64>", "Dictionary<Int8, Uint64>"];
const others = [
  ...["Null", "Bool", "Int8", "Int16", "Int32", "Uint8", "Uint16", "Uint32", "Float16", "Float32", "Float64"],
  ...["Utf8", "LargeUtf8", "Binary", "LargeBinary", "FixedSizeBinary[7]", "Decimal128<20, 4>", "Date32<DAY>"],
  ...[
    "Timestamp<SECOND>",
    "Timestamp<MILLISECOND>",
    "Timestamp<MILLISECOND, UTC>",
    "Time32<SECOND>",
    "Duration<SECOND>",
  ],
  ...["Dictionary<Int8, Utf8>", "Dictionary<Int32, Utf8>", "Dictionary<Int32, LargeUtf8>", "Dictionary<Int8, Int16>"],
  ...["Dictionary<Int32, Float32>", "Dictionary<Int32, Timestamp<MILLISECOND, UTC>>", "List<Int32>", "List<Int64>"],
  "LargeList<Int32>",
];
const all: readonly StoredType[] = [
  ...others.map((type) => ({ type })),
  ...longs.flatMap((type) => [
    { type, fitsDouble: true },
    { type, fitsDouble: false },
  ]),
];

const widened = (left: StoredType | undefined, right: StoredType | undefined) =>
  left && right && widenedType(left, right);
const text = (type: StoredType | undefined) =>
  type && `${type.type}${type.fitsDouble === undefined ? "" : ` ${type.fitsDouble}`}`;

describe("the type that two types of a column become", () => {
  test("is each type itself with itself", () => {
    for (const type of all) expect(widenedType(type, type)).toEqual(type);
  });

  test("does not depend on the order of two", () => {
    for (const left of all) for (const right of all) expect(widenedType(left, right)).toEqual(widenedType(right, left));
  });

  test("does not depend on the order of three, nor does whether there is one", () => {
    const differing: string[] = [];
    for (const a of all) {
      for (const b of all) {
        const early = widened(a, b);
        for (const c of all) {
          const one = text(widened(early, c));
          const other = text(widened(a, widened(b, c)));
          if (one !== other) differing.push(`${text(a)}, ${text(b)}, ${text(c)}: ${one} or ${other}`);
        }
      }
    }
    expect(differing.slice(0, 5)).toEqual([]);
  });

  test.each([
    ["Null", "Utf8", "Utf8"],
    ["Null", "Dictionary<Int8, Utf8>", "Dictionary<Int8, Utf8>"],
    ["Int8", "Int16", "Int16"],
    ["Uint8", "Int8", "Int16"],
    ["Uint8", "Int16", "Int16"],
    ["Uint16", "Int8", "Int32"],
    ["Uint32", "Int8", "Int64 true"],
    ["Uint8", "Uint32", "Uint32"],
    ["Int8", "Float32", "Float32"],
    ["Int16", "Float32", "Float32"],
    ["Uint8", "Float32", "Float32"],
    ["Uint16", "Float32", "Float64"],
    ["Int32", "Float32", "Float64"],
    ["Uint32", "Float64", "Float64"],
    ["Float32", "Float64", "Float64"],
    ["Utf8", "LargeUtf8", "LargeUtf8"],
    ["Binary", "LargeBinary", "LargeBinary"],
    ["Dictionary<Int8, Utf8>", "Utf8", "Utf8"],
    ["Dictionary<Int8, Utf8>", "Dictionary<Int32, Utf8>", "Utf8"],
    ["Dictionary<Int8, Utf8>", "LargeUtf8", "LargeUtf8"],
    ["Dictionary<Int32, Timestamp<MILLISECOND, UTC>>", "Timestamp<MILLISECOND, UTC>", "Timestamp<MILLISECOND, UTC>"],
    ["Int32", "Utf8", undefined],
    ["Int32", "Bool", undefined],
    ["Utf8", "Binary", undefined],
    ["Float16", "Float32", undefined],
    ["Date32<DAY>", "Timestamp<MILLISECOND>", undefined],
    ["Timestamp<SECOND>", "Timestamp<MILLISECOND>", undefined],
    ["Timestamp<MILLISECOND>", "Timestamp<MILLISECOND, UTC>", undefined],
    ["List<Int32>", "List<Int64>", undefined],
    ["List<Int32>", "LargeList<Int32>", undefined],
    ["LargeList<Int32>", "List<Int32>", undefined],
  ])("of %s and %s is %s", (left, right, expected) => {
    expect(text(widenedType({ type: left }, { type: right }))).toBe(expected);
  });

  test("of integers of 64 bits and floats is a float only where doubles hold those integers", () => {
    for (const type of ["Int64", "Uint64", "Dictionary<Int32, Int64>"]) {
      for (const float of ["Float32", "Float64"]) {
        expect(widenedType({ type, fitsDouble: true }, { type: float })).toEqual({ type: "Float64" });
        expect(widenedType({ type, fitsDouble: false }, { type: float })).toBeUndefined();
        expect(widenedType({ type }, { type: float })).toBeUndefined();
      }
    }
  });

  test("of integers of 64 bits tells whether both fit doubles", () => {
    const [yes, no] = [
      { type: "Int64", fitsDouble: true },
      { type: "Int64", fitsDouble: false },
    ];
    expect(widenedType(yes, no)).toEqual(no);
    expect(widenedType(yes, { type: "Int32" })).toEqual(yes);
    expect(widenedType(no, { type: "Uint32" })).toEqual(no);
    expect(widenedType(no, { type: "Null" })).toEqual(no);
  });

  test("of Uint64 and a signed integer is Int64 where its values fit, else none", () => {
    expect(widenedType({ type: "Uint64", fitsDouble: true }, { type: "Int8" })).toEqual({
      type: "Int64",
      fitsDouble: true,
    });
    expect(widenedType({ type: "Uint64", fitsDouble: true }, { type: "Int64", fitsDouble: false })).toEqual({
      type: "Int64",
      fitsDouble: false,
    });
    expect(widenedType({ type: "Uint64", fitsDouble: false }, { type: "Int64", fitsDouble: true })).toBeUndefined();
  });
});
