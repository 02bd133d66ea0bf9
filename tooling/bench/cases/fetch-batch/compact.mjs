// Merges a dataset into files of disjoint ranges of ids. Options: { directory, table }.
import { datasetStore } from "@larder/store-parquet";
import { peakMegabytes } from "../tables/peak-megabytes.mjs";

async function main() {
  const { directory, table } = JSON.parse(process.argv[2]);
  const store = datasetStore({ directory });
  const dataset = await store.openDataset(table);
  const started = performance.now();
  const report = await dataset.compact();
  const milliseconds = performance.now() - started;
  await store.close();
  console.log(JSON.stringify({ samples: { ours: [milliseconds] }, peakMegabytes: peakMegabytes(), report }));
}

main();
