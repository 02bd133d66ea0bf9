// Fetches rows from SQLite that are not cached: through `getData` into an empty cache, or by the fetcher alone, its rows thrown away.
// Options: { contender: "ours" | "the fetcher alone", directory, file, rows }.
import { calculateBatchSize, getData, sqliteFetcher } from "@larder/fetch-batch";
import { datasetStore } from "@larder/store-parquet";
import { peakMegabytes } from "../tables/peak-megabytes.mjs";
import { openSqlite } from "./open-sqlite.mjs";
import { columns, idOf } from "./sample-rows.mjs";

async function main() {
  const { contender, directory, file, rows } = JSON.parse(process.argv[2]);
  const fetcher = sqliteFetcher(await openSqlite(file, { readonly: true }));
  const ids = BigInt64Array.from({ length: rows }, (_, n) => BigInt(idOf(n))).sort();
  const table = "flights";
  await fetcher([Number(ids[0])], table, {
    columns: ["id", ...columns],
    idColumn: "id",
    signal: new AbortController().signal,
  });
  const cache = datasetStore({ directory });
  const started = performance.now();
  let found = 0;
  if (contender === "ours") {
    const answer = await getData({ table, ids, columns, fetcher, cache });
    found = answer.table.numRows;
  } else {
    const size = calculateBatchSize(rows);
    const { signal } = new AbortController();
    for (let at = 0; at < rows; at += size) {
      const batch = Array.from(ids.subarray(at, at + size), Number);
      found += (await fetcher(batch, table, { columns: ["id", ...columns], idColumn: "id", signal })).length;
    }
  }
  const milliseconds = performance.now() - started;
  if (found !== rows) throw new Error(`${found} rows instead of ${rows}`);
  const peak = peakMegabytes();
  await cache.close();
  console.log(JSON.stringify({ samples: { [contender]: [milliseconds] }, peakMegabytes: peak }));
}

main();
