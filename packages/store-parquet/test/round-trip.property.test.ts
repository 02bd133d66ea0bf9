import { bytesSource } from "@larder/core";
import { encodeParquet, explainUnstorable, openParquet } from "@larder/store-parquet";
import type { Table } from "apache-arrow";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { keptTypes, makeTable, tableRecipes } from "./support/random-table.js";
import { rawValues, tableDifference } from "./support/table-difference.js";

async function roundTrip(table: Table, rowGroupRows: number, compression: "none" | "snappy"): Promise<Table> {
  const { bytes } = await encodeParquet(table, { rowGroupRows, compression });
  return openParquet(bytesSource(bytes)).scan().toArrow();
}

describe("tables come back from Parquet as they were", () => {
  test("whatever their columns, nulls, batches, row groups and compression", async () => {
    await fc.assert(
      fc.asyncProperty(
        tableRecipes,
        fc.integer({ min: 1, max: 50 }),
        fc.constantFrom("none" as const, "snappy" as const),
        async (recipe, rowGroupRows, compression) => {
          const table = makeTable(recipe);
          expect(explainUnstorable(table)).toBeUndefined();
          expect(tableDifference(table, await roundTrip(table, rowGroupRows, compression))).toBeUndefined();
        },
      ),
      { seed: 20261121, numRuns: 400 },
    );
  });

  test("and so does any slice of any of their columns", async () => {
    await fc.assert(
      fc.asyncProperty(
        tableRecipes,
        fc.integer({ min: 1, max: 50 }),
        fc.nat(150),
        fc.nat(150),
        async (recipe, rowGroupRows, offset, length) => {
          const table = makeTable(recipe);
          const names = table.schema.names.filter((_, i) => i % 2 === 0).reverse() as string[];
          const { bytes } = await encodeParquet(table, { rowGroupRows });
          const scan = openParquet(bytesSource(bytes)).scan().select(names).slice(offset, length);
          const start = Math.min(offset, table.numRows);
          const end = Math.min(start + length, table.numRows);
          const found = await scan.toArrow();
          expect(await scan.count()).toBe(end - start);
          expect(found.numRows).toBe(end - start);
          for (const name of names) {
            const place = table.schema.names.indexOf(name);
            const wanted = rawValues(table.getChildAt(place)!).slice(start, end);
            expect(rawValues(found.getChildAt(names.indexOf(name))!)).toEqual(wanted);
          }
          expect(found.numCols).toBe(names.length);
        },
      ),
      { seed: 20261122, numRuns: 200 },
    );
  });

  test.each(Object.keys(keptTypes))("%s, in many rows with and without nulls", async (type) => {
    for (const nulls of [0, 0.3, 1]) {
      const columns = [{ type, name: "value", nulls }];
      const table = makeTable({ columns, batches: [700, 1, 0, 900], cut: [3, 5], seed: 7 });
      expect(tableDifference(table, await roundTrip(table, 333, "none"))).toBeUndefined();
    }
  });
});
