import { rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { DuckDBInstance, type DuckDBValue } from "@duckdb/node-api";

let counter = 0;

/** Runs SQL in DuckDB, an independent reader; `FILE` in it stands for the Parquet file. */
export async function duckdbRows(file: Uint8Array | string, sql: string): Promise<DuckDBValue[][]> {
  const path = typeof file === "string" ? file : join(tmpdir(), `larder-parquet-${process.pid}-${counter++}.parquet`);
  if (typeof file !== "string") await writeFile(path, file);
  const instance = await DuckDBInstance.create(":memory:", { threads: "1" });
  const connection = await instance.connect();
  try {
    const reader = await connection.runAndReadAll(sql.replaceAll("FILE", `'${path}'`));
    return reader.getRows();
  } finally {
    connection.closeSync();
    instance.closeSync();
    if (typeof file !== "string") await rm(path, { force: true });
  }
}
