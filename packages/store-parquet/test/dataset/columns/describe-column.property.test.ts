import * as arrow from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { describeColumn } from "../../../src/dataset/columns/describe-column.js";

const seed = 20261127;
const long = fc.oneof(
  fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }),
  fc.bigInt({ min: -10n, max: 10n }),
  fc.constantFrom(-(2n ** 53n), 2n ** 53n, -(2n ** 53n) - 1n, 2n ** 53n + 1n, 2n ** 53n + 2n, 2n ** 32n, -(2n ** 32n)),
);

function column(type: arrow.DataType, values: readonly (bigint | null)[], isUnsigned = false): arrow.Data {
  const nullBitmap = new Uint8Array((values.length + 7) >> 3);
  // Below a null stands anything.
  for (const [row, value] of values.entries()) if (value !== null) nullBitmap[row >> 3]! |= 1 << (row & 7);
  const below = 2n ** 62n;
  const data = isUnsigned
    ? BigUint64Array.from(values, (value) => BigInt.asUintN(64, value ?? below))
    : BigInt64Array.from(values, (value) => value ?? below);
  return arrow.makeData({ type: type as arrow.Int64, length: values.length, nullBitmap, data: data as never });
}

describe("what is told of a column", () => {
  test("is whether all its integers of 64 bits are at most 2⁵³ in size, whatever stands below nulls and outside a slice", () => {
    fc.assert(
      fc.property(
        fc.array(fc.array(fc.option(long), { maxLength: 20 }), { maxLength: 3 }),
        fc.nat(5),
        fc.boolean(),
        (chunks, cut, isUnsigned) => {
          const type = isUnsigned ? new arrow.Uint64() : new arrow.Int64();
          const sources = chunks.map((values) =>
            column(type, values, isUnsigned).slice(Math.min(cut, values.length), Math.max(values.length - cut, 0)),
          );
          const seen = chunks.flatMap((values) => values.slice(cut)).filter((value) => value !== null);
          const fitsDouble = seen
            .map((value) => (isUnsigned ? BigInt.asUintN(64, value) : value))
            .every((value) => value <= 2n ** 53n && value >= -(2n ** 53n));
          const told = describeColumn(new arrow.Field("n", type, true), sources);
          expect(told).toEqual({ name: "n", type: String(type), fitsDouble });
        },
      ),
      { seed, numRuns: 500 },
    );
  });

  test("looks at the entries of a dictionary of such integers", () => {
    const type = new arrow.Dictionary(new arrow.Int64(), new arrow.Int8() as never);
    const dictionary = (values: bigint[]) =>
      arrow.makeData({
        type: type as never,
        length: 1,
        data: Int8Array.of(0),
        dictionary: new arrow.Vector([column(new arrow.Int64(), values)]),
      } as never) as arrow.Data;
    const field = new arrow.Field("d", type, true);
    expect(describeColumn(field, [dictionary([1n])])).toEqual({
      name: "d",
      type: "Dictionary<Int8, Int64>",
      fitsDouble: true,
    });
    expect(describeColumn(field, [dictionary([1n]), dictionary([2n ** 60n])]).fitsDouble).toBe(false);
  });

  test("is its name, its type and its metadata for other types", () => {
    const metadata = new Map([["larder:json", "true"]]);
    const field = new arrow.Field("a.b", new arrow.Utf8(), true, metadata);
    const data = arrow.vectorFromArray(["x"], new arrow.Utf8()).data;
    expect(describeColumn(field, data)).toEqual({ name: "a.b", type: "Utf8", metadata: { "larder:json": "true" } });
    expect(describeColumn(new arrow.Field("n", new arrow.Int32(), true), [])).toEqual({ name: "n", type: "Int32" });
  });
});
