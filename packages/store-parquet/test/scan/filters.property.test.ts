import { bytesSource, type TableFilter, type TableScan } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import type { Table } from "apache-arrow";
import fc from "fast-check";
import { WriterPropertiesBuilder } from "parquet-wasm";
import { describe, expect, test } from "vitest";
import { leafOf } from "../../src/format/parquet-leaf.js";
import { drawRows } from "../../src/scan/draw-rows.js";
import { canHaveBloomFilter } from "../../src/write/bloom-hashes.js";
import { parquetWasmFile } from "../support/parquet-wasm.js";
import { makeTable, seededRandom, type TableRecipe, tableRecipes } from "../support/random-table.js";
import { rawValues } from "../support/table-difference.js";
import { rowsMatching } from "./support/filter-oracle.js";
import { randomFilter } from "./support/random-filter.js";

type Step =
  | { readonly kind: "where"; readonly filter: TableFilter }
  | { readonly kind: "slice"; readonly offset: number; readonly length: number }
  | { readonly kind: "head" | "sample"; readonly count: number; readonly seed: number };

const runs = process.env.LARDER_FAULTS_LONG === "1" ? 5000 : 120;

describe("any filters, slices and samples, in any order", () => {
  test("leave the rows that looking at each row leaves, in tables of many row groups", {
    timeout: 600_000,
  }, async () => {
    const cases = fc.record({
      recipe: tableRecipes,
      seed: fc.integer(),
      rowGroupRows: fc.integer({ min: 1, max: 40 }),
    });
    await fc.assert(
      fc.asyncProperty(cases, async ({ recipe, seed, rowGroupRows }) => {
        const table = makeTable(recipe);
        // Bloom filters that forgot a value would lose rows.
        const able = table.schema.fields.filter(({ type }) => {
          const leaf = leafOf(type);
          return seed % 2 === 0 && leaf !== undefined && canHaveBloomFilter(leaf);
        });
        const bloomFilters = able.map((field) => field.name);
        const { bytes } = await encodeParquet(table, { rowGroupRows, bloomFilters });
        await checkScans(bytes, table, seededRandom(seed));
      }),
      { numRuns: runs },
    );
  });

  test("do so in files of small pages with bounds, written by another engine", { timeout: 600_000 }, async () => {
    const cases = fc.record({ recipe: tableRecipes, seed: fc.integer(), pageRows: fc.integer({ min: 1, max: 6 }) });
    await fc.assert(
      fc.asyncProperty(cases, async ({ recipe, seed, pageRows }) => {
        const written = makeTable(withoutWhatRustLacks(recipe));
        if (written.numCols === 0 || written.numRows === 0) return;
        const properties = new WriterPropertiesBuilder()
          .setWriteBatchSize(pageRows)
          .setDataPageSizeLimit(1)
          .setMaxRowGroupSize(40)
          .setDictionaryEnabled(seed % 2 === 0);
        const bytes = parquetWasmFile(written, properties);
        const table = await openParquet(bytesSource(bytes)).scan().toArrow();
        await checkScans(bytes, table, seededRandom(seed));
      }),
      { numRuns: runs },
    );
  });
});

/** Some scans of a file, each against the same steps taken row by row. */
async function checkScans(bytes: Uint8Array, table: Table, random: () => number): Promise<void> {
  if (table.numCols === 0) return;
  const opened = openParquet(bytesSource(bytes));
  const texts = table.schema.fields.map((_, i) => rawValues(table.getChildAt(i)!));
  for (let round = 0; round < 4; round++) {
    const steps = randomSteps(table, random);
    const kept = rowsAfter(table, steps);
    const expected = texts.map((column) => kept.map((row) => column[row]));
    const scan = steps.reduce(narrowed, opened.scan());
    const shown = JSON.stringify(steps, (_, value) => (typeof value === "bigint" ? `${value}n` : value));
    const read = await scan.toArrow();
    expect(
      read.schema.fields.map((_, i) => rawValues(read.getChildAt(i)!)),
      shown,
    ).toEqual(expected);
    expect(read.numRows, shown).toBe(kept.length);
    expect(await scan.count(), shown).toBe(kept.length);
    const batched: (string | null)[][] = table.schema.fields.map(() => []);
    for await (const batch of scan.batches({ rows: 7 })) {
      expect(batch.numRows).toBeLessThanOrEqual(7);
      expect(batch.numRows).toBeGreaterThan(0);
      batched.forEach((column, i) => {
        column.push(...rawValues(batch.getChildAt(i)!));
      });
    }
    expect(batched, shown).toEqual(expected);
    expect((await scan.toRows()).length).toBe(kept.length);
    const plan = await scan.explain();
    const candidates = plan.rowGroups.reduce((sum, group) => sum + group.candidateRows, 0);
    expect(candidates, shown).toBeGreaterThanOrEqual(kept.length);
  }
}

function randomSteps(table: Table, random: () => number): Step[] {
  const below = (most: number): number => Math.floor(random() * most);
  return Array.from({ length: 1 + below(3) }, (): Step => {
    const kind = random();
    if (kind < 0.6) return { kind: "where", filter: randomFilter(table, random) };
    if (kind < 0.75)
      return { kind: "slice", offset: below(20), length: random() < 0.2 ? Number.POSITIVE_INFINITY : below(80) };
    return { kind: kind < 0.88 ? "head" : "sample", count: below(60), seed: below(1000) };
  });
}

function narrowed(scan: TableScan<Table>, step: Step): TableScan<Table> {
  switch (step.kind) {
    case "where":
      return scan.where(step.filter);
    case "slice":
      return scan.slice(step.offset, step.length);
    case "head":
      return scan.head(step.count);
    case "sample":
      return scan.sample(step.count, { seed: step.seed });
  }
}

function rowsAfter(table: Table, steps: readonly Step[]): number[] {
  let rows = Array.from({ length: table.numRows }, (_, row) => row);
  for (const step of steps) {
    if (step.kind === "where") {
      const matching = rowsMatching(table, step.filter);
      rows = rows.filter((row) => matching[row]);
    } else if (step.kind === "slice") rows = rows.slice(step.offset, step.offset + step.length);
    else if (step.kind === "head") rows = rows.slice(0, step.count);
    else rows = Array.from(drawRows(rows.length, step.count, step.seed), (place) => rows[place]!);
  }
  return rows;
}

function withoutWhatRustLacks(recipe: TableRecipe): TableRecipe {
  const lacking = /^(null|decimalWithoutScale|decimal256|dictionary|duration|float16)/;
  return { ...recipe, columns: recipe.columns.filter(({ type }) => !lacking.test(type)) };
}
