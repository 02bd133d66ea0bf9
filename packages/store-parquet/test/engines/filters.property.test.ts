import { bytesSource } from "@larder/core";
import { encodeParquet, openParquet } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import pl from "nodejs-polars";
import { EnabledStatistics, WriterPropertiesBuilder } from "parquet-wasm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Duckdb, openDuckdb } from "../support/duckdb.js";
import { parquetWasmFile } from "../support/parquet-wasm.js";
import { arrowOf } from "../support/polars.js";
import { keptTypes, makeTable, seededRandom } from "../support/random-table.js";
import { scratchFolder } from "../support/scratch-folder.js";
import { bytesInBloomFilters, duckdbDifferences } from "./duckdb-differences.js";
import { duckdbPredicate } from "./duckdb-predicate.js";
import { larderPredicate } from "./larder-predicate.js";
import { polarsDifferences, unitsMixedUp } from "./polars-differences.js";
import { hasLiterals, polarsPredicate } from "./polars-predicate.js";
import { randomPredicate } from "./random-predicate.js";
import { runs } from "./runs.js";

const folder = scratchFolder();
let duckdb: Duckdb;
beforeAll(async () => {
  duckdb = await openDuckdb();
});
afterAll(() => {
  duckdb.close();
  folder.remove();
});

const predicatesPerTable = 12;

/** Few rows in a row group, so that most conditions rule some out. */
const recipesOf = (types: readonly string[]) =>
  fc.record({
    types: fc.array(fc.constantFrom(...types), { minLength: 1, maxLength: 3 }),
    nulls: fc.constantFrom(0, 0.1, 0.5, 1),
    rows: fc.integer({ min: 0, max: 150 }),
    rowGroupRows: fc.integer({ min: 1, max: 30 }),
    compression: fc.constantFrom("none" as const, "snappy" as const),
    bloom: fc.boolean(),
    seed: fc.integer(),
  });

type Recipe = ReturnType<typeof recipesOf> extends fc.Arbitrary<infer Value> ? Value : never;

async function madeFile({ types, nulls, rows, rowGroupRows, compression, bloom, seed }: Recipe, extremes: boolean) {
  const columns = types.map((type, i) => ({ type, name: `c${i}`, nulls: i === 0 ? nulls : 0.2 }));
  const table = withRowNumbers(makeTable({ columns, batches: [rows], cut: [0, 0], seed, extremes }));
  const without = ["bool", "null", "float16", "decimal256", ...bytesInBloomFilters];
  const filtered = columns.filter(({ type }) => bloom && !without.includes(type));
  const bloomFilters = filtered.map(({ name }) => name);
  const { bytes } = await encodeParquet(table, { rowGroupRows, compression, bloomFilters });
  return { bytes, file: folder.path(bytes), columns: types.map((_, i) => table.getChildAt(i)!) };
}

describe("what Larder says of values in statistics, page indexes and bloom filters loses no row", () => {
  test("for DuckDB, which reads less by it", async () => {
    await fc.assert(
      fc.asyncProperty(recipesOf(Object.keys(keptTypes)), async (recipe) => {
        const extremes = !recipe.types.some((type) => duckdbDifferences[type]?.refuses);
        const { file, columns } = await madeFile(recipe, extremes);
        await duckdb.run(`CREATE OR REPLACE TABLE loaded AS SELECT * FROM '${file}'`);
        const found = await duckdb.ask("SELECT * FROM loaded");
        const random = seededRandom(recipe.seed);
        for (let i = 0; i < predicatesPerTable; i++) {
          const { sql, values } = duckdbPredicate(randomPredicate(columns, random), found);
          const wanted = await duckdb.ask(`SELECT row FROM loaded WHERE ${sql}`, values);
          const filtered = await duckdb.ask(`SELECT row FROM '${file}' WHERE ${sql}`, values);
          expect(filtered.rows, sql).toEqual(wanted.rows);
        }
      }),
      runs(40, 20261128),
    );
  });

  test("for DuckDB, which finds every value by its bloom filter", async () => {
    const types = ["int8", "uint16", "int32", "int64", "uint64", "float32", "float64", "utf8", "dictionary8"];
    for (const type of types) {
      const made = makeTable({ columns: [{ type, name: "c0", nulls: 0.2 }], batches: [40], cut: [0, 0], seed: 41 });
      const { bytes } = await encodeParquet(withRowNumbers(made), { rowGroupRows: 13, bloomFilters: ["c0"] });
      const file = folder.path(bytes);
      const found = await duckdb.ask(`SELECT c0, row FROM '${file}' WHERE c0 IS NOT NULL`);
      for (const [value, row] of found.rows) {
        const parameter = { type: found.types[0]!, value: value! };
        const { rows } = await duckdb.ask(`SELECT row FROM '${file}' WHERE c0 = $1`, [parameter]);
        expect(rows.flat(), `${type} ${value}`).toContain(row);
      }
    }
  });

  test("but DuckDB loses rows by the bloom filters of bytes that it wrote itself", async () => {
    const file = folder.path();
    await duckdb.run(`COPY (SELECT unhex('ff8' || i % 9) AS bytes FROM range(900) t(i)) TO '${file}' (FORMAT parquet)`);
    const [loaded] = await duckdb.rows(
      `SELECT count(*) FROM (SELECT bytes || ''::BLOB AS b FROM '${file}') WHERE b = '\\xFF\\x80'::BLOB`,
    );
    const [filtered] = await duckdb.rows(`SELECT count(*) FROM '${file}' WHERE bytes = '\\xFF\\x80'::BLOB`);
    // Once these are the same, `bytesInBloomFilters` can go.
    expect([loaded, filtered]).toEqual([[100n], [0n]]);
  });

  test("for Polars, which reads less by it", async () => {
    // Seconds that overflow in Polars it can't filter by: those of dictionaries are always among the ends of the range.
    const left = (type: string) => type === "dictionaryOfSeconds" || polarsDifferences[type]?.refuses;
    const types = Object.keys(keptTypes).filter((type) => !left(type));
    await fc.assert(
      fc.asyncProperty(recipesOf(types), async (recipe) => {
        const { file } = await madeFile(recipe, false);
        const parallel = recipe.types.some((type) => unitsMixedUp.includes(type)) ? "columns" : "auto";
        const loaded = pl.readParquet(file);
        const columns = recipe.types.map((_, i) => arrowOf(loaded).getChild(`c${i}`)!);
        const literal = columns.flatMap((column, i) => (hasLiterals(column.type) ? [i] : []));
        const random = seededRandom(recipe.seed);
        const predicates = Array.from({ length: 8 }, () =>
          polarsPredicate(randomPredicate(columns, random, { comparable: literal }), columns),
        );
        // A scan takes Polars some ten times as long as it takes to look at a table it holds: those it does all at once.
        const matches = loaded.select(...predicates.map((predicate, i) => predicate.alias(String(i))));
        for (const [i, predicate] of predicates.entries()) {
          const mask = matches.getColumn(String(i)).toArray() as (boolean | null)[];
          const wanted = mask.flatMap((matches, row) => (matches === true ? [row] : []));
          const filtered = pl.scanParquet(file, { parallel }).filter(predicate).select("row").collectSync();
          expect(filtered.getColumn("row").toArray(), String(predicate)).toEqual(wanted);
        }
      }),
      runs(12, 20261129),
    );
  });

  test("but Polars mixes up units in files of any writer, unless it reads whole columns first", () => {
    const type = new arrow.TimeMicrosecond();
    const data = BigInt64Array.of(10_000n, 20_000n, 30_000n);
    const table = new arrow.Table({ c0: new arrow.Vector([arrow.makeData({ type, data })]) });
    const properties = new WriterPropertiesBuilder().setStatisticsEnabled(EnabledStatistics.None);
    const file = folder.path(parquetWasmFile(table, properties));
    const columns = [arrowOf(pl.readParquet(file)).getChildAt(0)!];
    const second = polarsPredicate({ op: "eq", column: 0, row: 1 }, columns);
    const found = (["auto", "columns"] as const).map(
      (parallel) => pl.scanParquet(file, { parallel }).filter(second).collectSync().height,
    );
    // Once both are 1, `unitsMixedUp` can go.
    expect(found).toEqual([0, 1]);
  });

  test("for Larder, which finds the rows that DuckDB finds in a table it holds", async () => {
    const types = Object.keys(keptTypes).filter((type) => !(type in duckdbDifferences));
    await fc.assert(
      fc.asyncProperty(recipesOf(types), async (recipe) => {
        const { bytes, file, columns } = await madeFile(recipe, true);
        await duckdb.run(`CREATE OR REPLACE TABLE loaded AS SELECT * FROM '${file}'`);
        const found = await duckdb.ask("SELECT * FROM loaded");
        const random = seededRandom(recipe.seed);
        for (let i = 0; i < predicatesPerTable; i++) {
          const predicate = randomPredicate(columns, random);
          const { sql, values } = duckdbPredicate(predicate, found, { nan: "unordered" });
          const wanted = await duckdb.ask(`SELECT row FROM loaded WHERE ${sql}`, values);
          const scan = openParquet(bytesSource(bytes))
            .scan()
            .where(larderPredicate(predicate, columns))
            .select(["row"]);
          const rows = (await scan.toArrow()).getChildAt(0)!.toArray();
          expect([...rows], sql).toEqual(wanted.rows.map(([row]) => row));
        }
      }),
      runs(40, 20261201),
    );
  });
});

/** The table with a last column `row` that numbers its rows. */
function withRowNumbers(table: arrow.Table): arrow.Table {
  const data = Int32Array.from({ length: table.numRows }, (_, row) => row);
  const numbers = new arrow.Table({ row: new arrow.Vector([arrow.makeData({ type: new arrow.Int32(), data })]) });
  return table.assign(numbers);
}
