// Writes the files that a round of `tables` reads, all of the same table.
// Options: { folder, shape: "mixed" | "wide", rows, idCounts: number[], foreign: boolean, cold?: string[] }.
//
// table.arrow (uncompressed Arrow IPC), larder.parquet (ours, as it comes by default) and the digests of its chunks of 64 KiB,
// larder-COMPRESSION.parquet for each in `cold`, ids-N.bin (64-bit integers) and, when `foreign`, duckdb.parquet (the same rows,
// as DuckDB writes them by default).
import { writeFileSync } from "node:fs";
import { join } from "node:path";
import { chunkDigests, loadXxhash } from "@larder/core";
import { encodeParquet } from "@larder/store-parquet";
import { tableToIPC } from "apache-arrow";
import { printSamples } from "../print-samples.mjs";
import { sampleIds, sampleTable } from "./sample-table.mjs";

async function main() {
  const { folder, shape, rows, idCounts, foreign, cold = [] } = JSON.parse(process.argv[2]);
  const table = sampleTable(shape, rows);
  writeFileSync(join(folder, "table.arrow"), tableToIPC(table, "file"));
  const ours = join(folder, "larder.parquet");
  const { bytes } = await encodeParquet(table);
  writeFileSync(ours, bytes);
  writeFileSync(`${ours}.digests`, chunkDigests(bytes, await loadXxhash()));
  for (const compression of cold) {
    const file = join(folder, `larder-${compression}.parquet`);
    writeFileSync(file, (await encodeParquet(table, { profile: "cold", compression })).bytes);
  }
  for (const count of idCounts) writeFileSync(join(folder, `ids-${count}.bin`), sampleIds(table, count));
  if (foreign) {
    const { DuckDBInstance } = await import("@duckdb/node-api");
    const connection = await (await DuckDBInstance.create(":memory:")).connect();
    await connection.run(`COPY (FROM read_parquet('${ours}')) TO '${join(folder, "duckdb.parquet")}' (FORMAT parquet)`);
  }
  printSamples({});
}

main();
