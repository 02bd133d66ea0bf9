// Which of 1,000,000 ids lack a cell. Options: { directory, table, count, order: "sorted" | "unsorted", calls }.
// Prints { samples: { first: [ms], later: [ms…] }, peakMegabytes }.
import { datasetStore } from "@larder/store-parquet";
import { peakMegabytes } from "../tables/peak-megabytes.mjs";
import { columns, idRange } from "./sample-rows.mjs";

async function main() {
  const { directory, table, rows, count, order, calls } = JSON.parse(process.argv[2]);
  const dataset = await datasetStore({ directory }).openDataset(table);
  const snapshot = await dataset.snapshot();
  // Every eleventh or so lies beyond what was ever stored.
  const range = Math.floor(idRange * 1.1);
  const milliseconds = [];
  for (let call = 0; call <= calls; call++) {
    const wanted = Float64Array.from({ length: count }, (_, i) => (i * 7_368_787 + call * 1_299_709) % range);
    if (order === "sorted") wanted.sort();
    const ids = BigInt64Array.from(wanted, BigInt);
    globalThis.gc?.();
    const started = performance.now();
    const { missing } = snapshot.coverage(ids, columns);
    milliseconds.push(performance.now() - started);
    if (rows >= idRange - 1000) {
      const expected = new Set(wanted.filter((id) => id >= idRange)).size;
      if (Math.abs(missing.length - expected) > 1000) throw new Error(`${missing.length} instead of ${expected}`);
    }
  }
  const [first, ...later] = milliseconds;
  console.log(JSON.stringify({ samples: { first: [first], later }, peakMegabytes: peakMegabytes() }));
  process.exit(0);
}

main();
