import { bytesSource, col, type FilterValue, not } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import { expect, test } from "vitest";
import { seededRandom } from "../support/random-table.js";

const rows = 30_000;

/** Columns of one sequence of numbers, in types that are looked up in different ways. */
const kinds: Record<
  string,
  { vector: (numbers: Float64Array) => arrow.Vector; value: (number: number) => FilterValue }
> = {
  int32: { vector: (numbers) => made(new arrow.Int32(), Int32Array.from(numbers)), value: (number) => number },
  int64: {
    vector: (numbers) => made(new arrow.Int64(), BigInt64Array.from(numbers, BigInt)),
    value: (number) => BigInt(number),
  },
  beyondSafe: {
    vector: (numbers) =>
      made(
        new arrow.Int64(),
        BigInt64Array.from(numbers, (number) => BigInt(number) + 2n ** 60n),
      ),
    value: (number) => BigInt(number) + 2n ** 60n,
  },
  float64: { vector: (numbers) => made(new arrow.Float64(), numbers), value: (number) => number },
  text: {
    vector: (numbers) => arrow.vectorFromArray(Array.from(numbers, String), new arrow.Utf8()),
    value: String,
  },
};

function made(type: arrow.DataType, data: ArrayBufferView): arrow.Vector {
  return new arrow.Vector([arrow.makeData({ type, data } as never)]);
}

test("one of many values is found in sorted columns and others, however the values lie", {
  timeout: 300_000,
}, async () => {
  const cases = fc.record({
    kind: fc.constantFrom(...Object.keys(kinds)),
    order: fc.constantFrom("ascending", "descending", "none"),
    /** How far one value is from the next, at most; 0 repeats it. */
    step: fc.constantFrom(1, 3, 1000),
    wanted: fc.constantFrom(5, 30, 1000, 20_000),
    seed: fc.integer(),
  });
  await fc.assert(
    fc.asyncProperty(cases, async ({ kind, order, step, wanted, seed }) => {
      const random = seededRandom(seed);
      const below = (most: number): number => Math.floor(random() * most);
      let last = -5 * step;
      const numbers = Float64Array.from({ length: rows }, () => {
        last += below(step + 1);
        return order === "none" ? below(rows * step) : last;
      });
      if (order === "descending") numbers.reverse();
      const { vector, value } = kinds[kind]!;
      const ids = Array.from({ length: wanted }, () =>
        below(3) === 0 ? below(rows * step) - step * 10 : numbers[below(rows)]!,
      );
      const asked = new Set(ids);
      const row = made(
        new arrow.Int32(),
        Int32Array.from({ length: rows }, (_, i) => i),
      );
      const { bytes } = await encodeParquet(new arrow.Table({ id: vector(numbers), row }), { rowGroupRows: 10_000 });
      const scan = openParquet(bytesSource(bytes)).scan().select(["row"]);
      const filter = col("id").in(ids.map(value));
      const found = (await scan.where(filter).toColumns()).row;
      const expected = Int32Array.from({ length: rows }, (_, i) => i).filter((i) => asked.has(numbers[i]!));
      expect(Array.from(found as Int32Array)).toEqual(Array.from(expected));
      expect(await scan.where(not(filter)).count()).toBe(rows - expected.length);
    }),
    { numRuns: 40 },
  );
});
