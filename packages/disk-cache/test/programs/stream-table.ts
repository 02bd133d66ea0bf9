// Stores a table of so many parts of 100,000 rows as a stream. Arguments: directory, parts. Prints its bytes, and by how much the
// most memory this process ever had grew meanwhile, in bytes.
import { Cache } from "@larder/core";
import { DiskCache } from "@larder/disk-cache";
import { tableStream } from "@larder/store-parquet";
import type { RecordBatch } from "apache-arrow";
import { wideTable } from "../tables/wide-table.js";

const [directory, parts] = process.argv.slice(2);
const rows = 100_000;

async function* batches(count: number): AsyncGenerator<RecordBatch> {
  for (let i = 0; i < count; i++) yield* wideTable(rows, i * rows).batches;
}

async function main(): Promise<void> {
  const cache = new Cache({ backend: new DiskCache({ directory: directory! }) });
  const { schema } = wideTable(1);
  // Once with little, so that everything is loaded and warm.
  await cache.set("few", tableStream(schema, batches(3)));
  const before = process.resourceUsage().maxRSS;
  const outcome = await cache.set("many", tableStream(schema, batches(Number(parts)), { rows: Number(parts) * rows }));
  const growth = (process.resourceUsage().maxRSS - before) * 1024;
  console.log(JSON.stringify({ bytes: outcome.stored ? outcome.record.byteLength : 0, growth }));
  await cache.close();
}

void main();
