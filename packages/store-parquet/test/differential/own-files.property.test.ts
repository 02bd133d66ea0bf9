import { encodeParquet } from "@larder/store-parquet";
import fc from "fast-check";
import { describe, expect, test } from "vitest";
import { runs } from "../engines/runs.js";
import { keptTypes, makeTable, tableRecipes } from "../support/random-table.js";
import { tableDifference } from "../support/table-difference.js";
import { expectAsHyparquet } from "./support/as-hyparquet.js";
import { expectSameBothWays } from "./support/both-ways.js";

const profiles = ["hot", "cold"] as const;

describe("files of our own, directly, by the general decoders and by hyparquet", () => {
  test("random tables, whatever their row groups, pages and profile", async () => {
    await fc.assert(
      fc.asyncProperty(
        tableRecipes,
        fc.constantFrom(1, 7, 8, 33, 64, 1000),
        fc.constantFrom(1, 8, 16, 40, 1000),
        fc.constantFrom(...profiles),
        async (recipe, rowGroupRows, pageRows, profile) => {
          const table = makeTable(recipe);
          const { bytes } = await encodeParquet(table, { rowGroupRows, pageRows, profile });
          const found = await expectSameBothWays(bytes, profile, recipe.seed);
          if (found instanceof Error) throw found;
          expect(tableDifference(table, found)).toBeUndefined();
          await expectAsHyparquet(bytes, found, profile);
        },
      ),
      runs(150, 20_261_128),
    );
  });

  test.each(Object.keys(keptTypes))("%s, in many pages, with nulls, without and with nothing else", async (type) => {
    for (const profile of profiles) {
      for (const pageRows of [64, 1000]) {
        const columns = [0, 0.01, 0.5, 1].map((nulls, i) => ({ type, name: `c${i}`, nulls }));
        const key = { type: "int32", name: "key", nulls: 0.1 };
        const table = makeTable({ columns: [...columns, key], batches: [701, 1, 0, 898], cut: [3, 5], seed: 7 });
        const { bytes } = await encodeParquet(table, { rowGroupRows: 600, pageRows, profile });
        const found = await expectSameBothWays(bytes, `${profile}, pages of ${pageRows}`, pageRows);
        if (found instanceof Error) throw found;
        expect(tableDifference(table, found)).toBeUndefined();
        await expectAsHyparquet(bytes, found, profile);
      }
    }
  });
});
