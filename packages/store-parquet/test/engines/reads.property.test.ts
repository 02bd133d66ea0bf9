import { encodeParquet } from "@larder/store-parquet";
import { Schema, Table, type Vector } from "apache-arrow";
import fc from "fast-check";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { duckdbRows } from "../support/duckdb.js";
import { logicalTexts } from "../support/logical-text.js";
import { parquetWasmTable } from "../support/parquet-wasm.js";
import { polarsTable } from "../support/polars.js";
import { keptTypes, makeTable, type TableRecipe, tableRecipes } from "../support/random-table.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { type EngineDifference, firstDifference } from "./engine-difference.js";
import { duckdbEngine, parquetWasmEngine, polarsEngine, type ReadingEngine } from "./reading-engines.js";
import { runs } from "./runs.js";

const folder = scratchFolder();
afterAll(folder.remove);

const compressions = ["none", "snappy"] as const;
const types = Object.keys(keptTypes);

describe.each([
  ["DuckDB", duckdbEngine],
  ["Polars", polarsEngine],
  ["parquet-wasm", parquetWasmEngine],
] as const)("%s reads what Larder wrote", (_, open) => {
  let engine: ReadingEngine;
  beforeAll(async () => {
    engine = await open();
  });
  afterAll(() => engine.close());

  test.each(types)("%s, with and without nulls", async (type) => {
    let differs = false;
    for (const [i, nulls] of [0, 0.3, 1].entries()) {
      for (const extremes of [true, false]) {
        const recipe = {
          columns: [{ type, name: "c0", nulls }],
          batches: [150, 0, 180],
          cut: [3, 5],
          seed: 11,
          extremes,
        } as const;
        const table = makeTable(recipe);
        differs = (await readBack(engine, table, [type], 100, compressions[i % 2]!)) || differs;
      }
    }
    // A type stands in the list of differences only if there is one.
    expect(differs).toBe(type in engine.differences);
  });

  test("whatever the mixture of columns, row groups and compression", async () => {
    await fc.assert(
      fc.asyncProperty(
        tableRecipes.filter(({ columns }) => columns.length > 0),
        fc.integer({ min: 1, max: 70 }),
        fc.constantFrom(...compressions),
        fc.boolean(),
        async (recipe, rowGroupRows, compression, extremes) => {
          const named = readableBy(engine, { ...recipe, extremes });
          const table = makeTable(named);
          await readBack(
            engine,
            table,
            named.columns.map(({ type }) => type),
            rowGroupRows,
            compression,
          );
        },
      ),
      runs(60, 20261127),
    );
  });
});

test("a table without columns is read by Polars, and refused by others with a reason", async () => {
  const { bytes } = await encodeParquet(new Table(new Schema([])));
  const path = folder.path(bytes);
  expect(polarsTable(path).numCols).toBe(0);
  await expect(duckdbRows(path, "SELECT * FROM FILE")).rejects.toThrow(/Need at least one non-root column/);
  expect(() => parquetWasmTable(path)).toThrow(/Expected list element type of Struct/);
});

/** Writes the table, lets the engine read it, and compares all values. Whether it read one differently. */
async function readBack(
  engine: ReadingEngine,
  table: ReturnType<typeof makeTable>,
  types: readonly string[],
  rowGroupRows: number,
  compression: (typeof compressions)[number],
): Promise<boolean> {
  const { bytes } = await encodeParquet(table, { rowGroupRows, compression });
  const path = folder.path(bytes);
  const differences = types.map((type, i) => differenceOf(engine, type, table.getChildAt(i)!));
  const refused = differences.find((difference) => difference?.refuses);
  if (refused && engine.refusesWholeFiles) {
    await expect(engine.columns(path, types.length)).rejects.toThrow(refused.refuses);
    return true;
  }
  let differs = false;
  const columns = await engine.columns(path, types.length);
  for (const [i, read] of columns.entries()) {
    const column = table.getChildAt(i)!;
    const difference = differences[i];
    if (difference?.refuses) {
      expect(read).toThrow(difference.refuses);
      differs = true;
      continue;
    }
    const wanted = (difference?.reads ?? logicalTexts)(column);
    expect(firstDifference(wanted, read()), `${types[i]} of ${engine.name}`).toBeUndefined();
    if (difference && firstDifference(logicalTexts(column), wanted)) differs = true;
  }
  return differs;
}

function differenceOf(engine: ReadingEngine, type: string, column: Vector): EngineDifference | undefined {
  const difference = engine.differences[type];
  return difference && (difference.when?.(column) ?? true) ? difference : undefined;
}

/** The recipe without the columns for which the engine would refuse the file, and with names the engine can be asked for. */
function readableBy(engine: ReadingEngine, recipe: TableRecipe): TableRecipe {
  const columns = recipe.columns
    .filter(({ type }) => !(engine.refusesWholeFiles && engine.differences[type]?.refuses))
    .map((column, i) => ({ ...column, name: `c${i}` }));
  return { ...recipe, columns };
}
