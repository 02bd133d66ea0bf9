// Streams all cached rows. Options: { directory, table, rows, memoryLimitBytes }.
import { streamData } from "@larder/fetch-batch";
import { datasetStore } from "@larder/store-parquet";
import { peakMegabytes } from "../tables/peak-megabytes.mjs";
import { columns, idOf } from "./sample-rows.mjs";

async function main() {
  const { directory, table, rows, memoryLimitBytes } = JSON.parse(process.argv[2]);
  const ids = new BigInt64Array(rows);
  for (let n = 0; n < rows; n++) ids[n] = BigInt(idOf(n));
  const fetcher = () => {
    throw new Error("The database was asked for what is cached.");
  };
  const started = performance.now();
  let streamed = 0;
  for await (const batch of streamData({
    table,
    ids: ids.sort(),
    columns,
    fetcher,
    cache: datasetStore({ directory }),
    memoryLimitBytes,
  })) {
    streamed += batch.numRows;
  }
  const milliseconds = performance.now() - started;
  if (streamed !== rows) throw new Error(`${streamed} rows instead of ${rows}`);
  console.log(JSON.stringify({ samples: { ours: [milliseconds] }, peakMegabytes: peakMegabytes() }));
  process.exit(0);
}

main();
