import { writeFileSync } from "node:fs";
import { bytesSource } from "@larder/core";
import { encodeParquet, openParquet, openParquetFile } from "@larder/store-parquet";
import * as arrow from "apache-arrow";
import fc from "fast-check";
import pl from "nodejs-polars";
import { WriterPropertiesBuilder } from "parquet-wasm";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Duckdb, openDuckdb } from "../support/duckdb.js";
import { logicalTexts } from "../support/logical-text.js";
import { parquetWasmFile, parquetWasmTable } from "../support/parquet-wasm.js";
import { polarsTable } from "../support/polars.js";
import { makeNestedTable, nestedFields } from "../support/random-nested.js";
import { type ScratchFolder, scratchFolder } from "../support/scratch-folder.js";
import { asListsOfStructs } from "./as-lists-of-structs.js";

/** Leaves that every engine has a type for, with all their values. */
const commonLeaves = ["bool", "int8", "int32", "int64", "uint64", "float64", "utf8", "binary", "timestampNanosecond"];

const columns = fc.tuple(nestedFields(3, commonLeaves), nestedFields(3, commonLeaves));

let scratch: ScratchFolder;
let duckdb: Duckdb;

beforeAll(async () => {
  scratch = scratchFolder();
  duckdb = await openDuckdb();
});

afterAll(() => {
  duckdb.close();
  scratch.remove();
});

/** A table of two columns whose names, all the way down, engines can tell apart. */
function tableOf(fields: Parameters<typeof makeNestedTable>[0]["columns"], seed: number): arrow.Table {
  const plain = JSON.parse(JSON.stringify(fields), renamed()) as typeof fields;
  return makeNestedTable({ columns: plain, batches: [40, 0, 35], cut: [2, 3], seed });
}

function renamed(): (key: string, value: unknown) => unknown {
  let next = 0;
  return (key, value) => (key === "name" ? `f${next++}` : key === "size" ? Math.max(1, value as number) : value);
}

/** Values as texts, maps as lists of their entries: not every engine has maps. */
function texts(table: arrow.Table): (string | null)[][] {
  return Array.from({ length: table.numCols }, (_, i) =>
    table.getChildAt(i)!.data.flatMap((data) => logicalTexts(new arrow.Vector([asListsOfStructs(data)]))),
  );
}

describe("other engines read the same nested values from the files Larder writes", () => {
  type Texts = (string | null)[][];
  const property = (read: (path: string) => Texts | Promise<Texts>, expected: (table: arrow.Table) => Texts) =>
    fc.assert(
      fc.asyncProperty(columns, fc.integer(), fc.integer({ min: 5, max: 90 }), async (fields, seed, rowGroupRows) => {
        const table = tableOf(fields, seed);
        const { bytes } = await encodeParquet(table, { rowGroupRows });
        expect(await read(scratch.path(bytes))).toEqual(expected(table));
      }),
      { seed: 20261201, numRuns: 40 },
    );

  test("DuckDB", async () => {
    await property(
      async (path) => (await duckdb.columns(`SELECT * FROM '${path}'`)).map((column) => column.texts),
      (table) => Array.from({ length: table.numCols }, (_, i) => logicalTexts(table.getChildAt(i)!)),
    );
  });

  test("Polars", async () => {
    await property((path) => texts(polarsTable(path)), texts);
  });

  test("parquet-wasm", async () => {
    await property((path) => texts(parquetWasmTable(path)), texts);
  });
});

describe("nested columns in files of other engines are read right", () => {
  test("those of DuckDB, in either version of the format", async () => {
    await fc.assert(
      fc.asyncProperty(
        columns,
        fc.integer(),
        fc.constantFrom("V1", "V2"),
        fc.constantFrom("snappy", "zstd"),
        async (fields, seed, version, compression) => {
          const table = tableOf(fields, seed);
          const { bytes } = await encodeParquet(table);
          const path = scratch.path();
          await duckdb.run(
            `COPY (SELECT * FROM '${scratch.path(bytes)}') TO '${path}' (FORMAT parquet, PARQUET_VERSION ${version}, COMPRESSION ${compression})`,
          );
          expect(await larderTexts(path)).toEqual(texts(table));
        },
      ),
      { seed: 20261202, numRuns: 40 },
    );
  });

  test("those of Polars", async () => {
    await fc.assert(
      fc.asyncProperty(columns, fc.integer(), async (fields, seed) => {
        const table = tableOf(fields, seed);
        const { bytes } = await encodeParquet(table);
        const path = scratch.path();
        writeFileSync(path, pl.readParquet(scratch.path(bytes)).writeParquet());
        expect(await larderTexts(path)).toEqual(texts(table));
      }),
      { seed: 20261203, numRuns: 40 },
    );
  });

  test("those of parquet-wasm, with and without dictionaries, in pages of a few rows", async () => {
    await fc.assert(
      fc.asyncProperty(columns, fc.integer(), fc.boolean(), async (fields, seed, dictionaries) => {
        const table = tableOf(fields, seed);
        const properties = new WriterPropertiesBuilder()
          .setDictionaryEnabled(dictionaries)
          .setWriteBatchSize(7)
          .setDataPageSizeLimit(64);
        const bytes = parquetWasmFile(table, properties);
        const found = await openParquet(bytesSource(bytes)).scan().toArrow();
        expect(texts(found)).toEqual(texts(table));
        const some = await openParquet(bytesSource(bytes)).scan().slice(11, 30).toArrow();
        expect(texts(some)).toEqual(texts(table.slice(11, 41)));
      }),
      { seed: 20261204, numRuns: 40 },
    );
  });
});

async function larderTexts(path: string): Promise<(string | null)[][]> {
  const table = await openParquetFile(path);
  try {
    return texts(await table.scan().toArrow());
  } finally {
    await table.close();
  }
}
