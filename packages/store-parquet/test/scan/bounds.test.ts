import { bytesSource, col, not, type TableFilter } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import { describe, expect, test } from "vitest";

/** Rows that match, and the row groups that are read for them; two rows in each. */
async function found(type: arrow.DataType, data: ArrayBufferView, filter: TableFilter) {
  const vector = new arrow.Vector([arrow.makeData({ type, data } as never)]);
  const row = arrow.vectorFromArray(
    Array.from({ length: vector.length }, (_, i) => i),
    new arrow.Int32(),
  );
  const { bytes } = await encodeParquet(new arrow.Table({ v: vector, row }), { rowGroupRows: 2 });
  const scan = openParquet(bytesSource(bytes)).scan().where(filter).select(["row"]);
  const plan = await scan.explain();
  return {
    rows: (await scan.toRows()).map((found) => found.row),
    groups: plan.rowGroups.flatMap(({ decision }, i) => (decision === "read" ? [i] : [])),
  };
}

describe("bounds of row groups are taken for what they are", () => {
  test("NaN is outside of them, and may be there whatever they are", async () => {
    const floats = Float64Array.of(1, Number.NaN, 1, 1, 2, 3);
    expect(await found(new arrow.Float64(), floats, col("v").ne(1))).toMatchObject({ rows: [1, 4, 5] });
    expect(await found(new arrow.Float64(), floats, not(col("v").lt(10)))).toMatchObject({ rows: [1] });
    expect(await found(new arrow.Float64(), floats, col("v").gt(1))).toEqual({ rows: [4, 5], groups: [2] });
  });

  test("unsigned integers are compared as unsigned", async () => {
    const large = BigUint64Array.of(1n, 5n, 2n ** 63n + 1n, 2n ** 64n - 1n);
    expect(await found(new arrow.Uint64(), large, col("v").gt(2n ** 63n))).toEqual({ rows: [2, 3], groups: [1] });
    const small = Uint32Array.of(1, 5, 2 ** 31 + 1, 2 ** 32 - 1);
    expect(await found(new arrow.Uint32(), small, col("v").gt(2 ** 31))).toEqual({ rows: [2, 3], groups: [1] });
    expect(await found(new arrow.Uint32(), small, col("v").lt(6))).toEqual({ rows: [0, 1], groups: [0] });
  });

  test("seconds, which files hold as milliseconds, are seconds", async () => {
    const seconds = BigInt64Array.of(1000n, 2000n, -2000n, -1000n);
    const asked = col("v").between(new Date(1_000_000), new Date(1_000_000));
    expect(await found(new arrow.TimestampSecond(), seconds, asked)).toEqual({ rows: [0], groups: [0] });
    expect(await found(new arrow.TimestampSecond(), seconds, col("v").eq(-1000n))).toEqual({ rows: [3], groups: [1] });
  });

  test("-0 and 0 are one", async () => {
    const zeros = Float32Array.of(-0, -0, 0, 0, 1, 2);
    for (const zero of [0, -0]) {
      expect(await found(new arrow.Float32(), zeros, col("v").eq(zero))).toEqual({
        rows: [0, 1, 2, 3],
        groups: [0, 1],
      });
    }
  });

  test("decimals are compared as numbers, not as bytes", async () => {
    const words = [-1n, 1n, 100n, 250n].flatMap((value) =>
      [0n, 32n, 64n, 96n].map((shift) => Number(BigInt.asUintN(32, value >> shift))),
    );
    const type = new arrow.Decimal(2, 20, 128);
    expect(await found(type, Uint32Array.from(words), col("v").lt("0.5"))).toEqual({ rows: [0, 1], groups: [0] });
    expect(await found(type, Uint32Array.from(words), col("v").gte("2.50"))).toEqual({ rows: [3], groups: [1] });
  });
});
