// Fills a dataset, and says what adding 1,000 rows costs on the way. Options: { directory, table, from, rows, batch, appends }: stores rows `from` to `rows` in
// batches with merging in the background, waits for it, then times `appends` batches of 1,000 rows beyond them, in a copy of the directory.
import { cpSync, rmSync } from "node:fs";
import { datasetStore } from "@larder/store-parquet";
import { peakMegabytes } from "../tables/peak-megabytes.mjs";
import { columns, sampleTable } from "./sample-rows.mjs";

async function main() {
  const { directory, table, from, rows, batch, appends } = JSON.parse(process.argv[2]);
  const store = datasetStore({ directory });
  const dataset = await store.openDataset(table);
  const started = performance.now();
  for (let at = from; at < rows; at += batch) {
    const { ids, table: some } = sampleTable(at, Math.min(rows, at + batch));
    await dataset.append({ ids, columns, rows: some });
  }
  await dataset.settle();
  const fillMilliseconds = performance.now() - started;
  const statistics = await dataset.statistics();
  if (statistics.rows !== rows) throw new Error(`${statistics.rows} rows are there instead of ${rows}`);
  await store.close();
  const peak = peakMegabytes();
  const samples = { ours: await timeAppends({ directory, table, rows, appends }) };
  console.log(JSON.stringify({ samples, peakMegabytes: peak, statistics, fillMilliseconds }));
}

async function timeAppends({ directory, table, rows, appends }) {
  const copy = `${directory}-copy`;
  cpSync(directory, copy, { recursive: true, mode: 0 });
  try {
    const store = datasetStore({ directory: copy, backgroundCompaction: false });
    const dataset = await store.openDataset(table);
    const samples = [];
    for (let i = 0; i < appends + 3; i++) {
      const { ids, table: some } = sampleTable(rows + i * 1000, rows + (i + 1) * 1000);
      const started = performance.now();
      await dataset.append({ ids, columns, rows: some });
      if (i >= 3) samples.push(performance.now() - started);
    }
    await store.close();
    return samples;
  } finally {
    rmSync(copy, { recursive: true, force: true });
  }
}

main();
