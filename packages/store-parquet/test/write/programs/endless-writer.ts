/** Writes batches to the file named by the first argument, a row group each, and says so, until it is killed. */
import { writeParquetFile } from "@larder/store-parquet";
import { tableFromArrays } from "apache-arrow";

async function* batches() {
  for (let i = 0; ; i++) {
    yield tableFromArrays({ n: new Int32Array(20_000).fill(i) });
    console.log("batch");
  }
}

await writeParquetFile(process.argv[2]!, { batches: batches() }, { rowGroupRows: 10_000 });
