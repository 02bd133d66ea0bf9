import type { Table } from "apache-arrow";
import { type Duckdb, openDuckdb } from "../support/duckdb.js";
import { logicalTexts } from "../support/logical-text.js";
import { parquetWasmTable } from "../support/parquet-wasm.js";
import { polarsTable } from "../support/polars.js";
import { duckdbDifferences } from "./duckdb-differences.js";
import type { EngineDifference } from "./engine-difference.js";
import { parquetWasmDifferences } from "./parquet-wasm-differences.js";
import { polarsDifferences } from "./polars-differences.js";

/** An engine that reads Parquet, as the tests use it. */
export interface ReadingEngine {
  readonly name: string;
  readonly differences: Readonly<Record<string, EngineDifference>>;
  /** Whether a column it can't read keeps it from reading the others. */
  readonly refusesWholeFiles: boolean;
  /** The columns of a file that are called `c0`, `c1`, …, by `logicalTexts`. */
  readonly columns: (path: string, count: number) => Promise<(() => (string | null)[])[]>;
  readonly close: () => void;
}

export async function duckdbEngine(): Promise<ReadingEngine> {
  const duckdb: Duckdb = await openDuckdb();
  return {
    name: "DuckDB",
    differences: duckdbDifferences,
    refusesWholeFiles: false,
    columns: (path, count) =>
      Promise.all(
        Array.from({ length: count }, async (_, i) => {
          try {
            const [column] = await duckdb.columns(`SELECT c${i} FROM '${path}'`);
            return () => column!.texts;
          } catch (error) {
            return () => {
              throw error;
            };
          }
        }),
      ),
    close: duckdb.close,
  };
}

export async function polarsEngine(): Promise<ReadingEngine> {
  return tableEngine("Polars", polarsDifferences, polarsTable);
}

export async function parquetWasmEngine(): Promise<ReadingEngine> {
  return tableEngine("parquet-wasm", parquetWasmDifferences, parquetWasmTable);
}

function tableEngine(
  name: string,
  differences: ReadingEngine["differences"],
  read: (path: string) => Table,
): ReadingEngine {
  return {
    name,
    differences,
    refusesWholeFiles: true,
    async columns(path, count) {
      const table = read(path);
      return Array.from({ length: count }, (_, i) => () => logicalTexts(table.getChild(`c${i}`)!));
    },
    close() {},
  };
}
