// The longest time for which one reading of ours kept the event loop from its turn.
// Options: { folder, file, rows, reading }; see `readings`.
//
// Modules are loaded before.
import { readFileSync } from "node:fs";
import { join } from "node:path";
import { col } from "@larder/core";
import { openParquetFile } from "@larder/store-parquet";
import "apache-arrow";
import "hyparquet";
import { longestBlock } from "./longest-block.mjs";
import { peakMegabytes } from "./peak-megabytes.mjs";

const readings = {
  toArrow: (scan) => scan.toArrow(),
  toColumns: (scan) => scan.toColumns(),
  toRows: (scan) => scan.toRows(),
  batches: async (scan) => {
    let rows = 0;
    for await (const batch of scan.batches()) rows += batch.numRows;
    return { numRows: rows };
  },
  // No statistics help here: every row is looked at, and nine in ten are kept.
  where: (scan) => scan.where(col("price").gt(100)).toArrow(),
  ids: (scan, ids) => scan.where(col("id").in(ids)).toArrow(),
};

async function main() {
  const { folder, file, reading, ids } = JSON.parse(process.argv[2]);
  const wanted = ids ? readIds(join(folder, `ids-${ids}.bin`)) : undefined;
  const table = await openParquetFile(join(folder, file));
  const { block, result } = await longestBlock(() => readings[reading](table.scan(), wanted));
  await table.close();
  const rows = result.numRows ?? result.length ?? Object.values(result)[0].length;
  if (!(rows > 0)) throw new Error(`${reading} brought no rows`);
  console.log(JSON.stringify({ samples: { ours: [block] }, peakMegabytes: peakMegabytes(), rows }));
}

function readIds(path) {
  const bytes = readFileSync(path);
  return new BigInt64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength));
}

main();
