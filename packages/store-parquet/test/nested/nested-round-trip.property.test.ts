import { bytesSource, valueDigest } from "@larder/core";
import { encodeParquet, explainUnstorable, openParquet } from "@larder/store-parquet";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { makeNestedTable, nestedFields, nestedRecipes } from "../support/random-nested.js";
import { keptTypes } from "../support/random-table.js";
import { rawValues, tableDifference } from "../support/table-difference.js";

const compressions = fc.constantFrom("none" as const, "snappy" as const);

describe("nested columns come back from Parquet as they were", () => {
  test("whatever they are made of, wherever there are nulls, in any batches and row groups", async () => {
    await fc.assert(
      fc.asyncProperty(
        nestedRecipes,
        fc.integer({ min: 1, max: 40 }),
        compressions,
        async (recipe, rowGroupRows, compression) => {
          const table = makeNestedTable(recipe);
          expect(explainUnstorable(table)).toBeUndefined();
          const { bytes } = await encodeParquet(table, { rowGroupRows, compression });
          const back = await openParquet(bytesSource(bytes)).scan().toArrow();
          expect(tableDifference(table, back)).toBeUndefined();
        },
      ),
      { seed: 20261123, numRuns: 250 },
    );
  });

  test("and so do any rows of them", async () => {
    await fc.assert(
      fc.asyncProperty(
        nestedRecipes,
        fc.integer({ min: 1, max: 40 }),
        fc.nat(60),
        fc.nat(60),
        async (recipe, rowGroupRows, offset, length) => {
          const table = makeNestedTable(recipe);
          const { bytes } = await encodeParquet(table, { rowGroupRows });
          const names = (table.schema.names as string[]).filter((_, i) => i !== 1).reverse();
          const found = await openParquet(bytesSource(bytes)).scan().select(names).slice(offset, length).toArrow();
          const start = Math.min(offset, table.numRows);
          const end = Math.min(start + length, table.numRows);
          expect(found.numRows).toBe(end - start);
          for (const [i, name] of names.entries()) {
            const wanted = rawValues(table.getChildAt(table.schema.names.indexOf(name))!).slice(start, end);
            expect(rawValues(found.getChildAt(i)!)).toEqual(wanted);
          }
        },
      ),
      { seed: 20261124, numRuns: 100 },
    );
  });

  test("and their digest is what it was", async () => {
    await fc.assert(
      fc.asyncProperty(nestedRecipes, async (recipe) => {
        const table = makeNestedTable(recipe);
        const { bytes } = await encodeParquet(table, { rowGroupRows: 13 });
        const back = await openParquet(bytesSource(bytes)).scan().toArrow();
        expect(valueDigest(back)).toBe(valueDigest(table));
      }),
      { seed: 20261125, numRuns: 100 },
    );
  });

  test.each(Object.keys(keptTypes))("lists, structs and maps of %s", async (leaf) => {
    await fc.assert(
      fc.asyncProperty(nestedFields(2, [leaf]), fc.integer(), async (column, seed) => {
        const table = makeNestedTable({ columns: [column], batches: [40, 0, 90], cut: [3, 5], seed });
        const { bytes } = await encodeParquet(table, { rowGroupRows: 50 });
        const back = await openParquet(bytesSource(bytes)).scan().toArrow();
        expect(tableDifference(table, back)).toBeUndefined();
      }),
      { seed: 20261126, numRuns: 8 },
    );
  });
});
