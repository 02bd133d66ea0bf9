// Writes the files that a round of `tables` reads, all of the same table.
// Options: { folder, shape: "mixed" | "wide", rows, idCounts: number[], foreign: boolean }.
//
// table.arrow (uncompressed Arrow IPC), larder.parquet (ours, as it comes by default), ids-N.bin (64-bit integers) and, when
// `foreign`, duckdb.parquet (the same rows, as DuckDB writes them by default).
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { encodeParquet } from "@larder/store-parquet";
import { tableToIPC } from "apache-arrow";
import { printSamples } from "../print-samples.mjs";
import { sampleIds, sampleTable } from "./sample-table.mjs";

async function main() {
  const { folder, shape, rows, idCounts, foreign } = JSON.parse(process.argv[2]);
  const table = sampleTable(shape, rows);
  writeFileSync(join(folder, "table.arrow"), tableToIPC(table, "file"));
  const ours = join(folder, "larder.parquet");
  writeFileSync(ours, (await encodeParquet(table)).bytes);
  for (const count of idCounts) writeFileSync(join(folder, `ids-${count}.bin`), sampleIds(table, count));
  if (foreign) {
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    await connection.run(`COPY (FROM read_parquet('${ours}')) TO '${join(folder, "duckdb.parquet")}' (FORMAT parquet)`);
  }
  printSamples({});
}

main();
