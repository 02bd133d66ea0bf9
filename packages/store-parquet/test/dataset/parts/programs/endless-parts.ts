/** Writes parts into the dataset named by the first argument, and says so, until it is killed. */
import * as arrow from "apache-arrow";
import { idSetOf } from "../../../../src/dataset/ids/make-id-set.js";
import { writePart } from "../../../../src/dataset/parts/write-part.js";

const ids = BigInt64Array.from({ length: 100_000 }, (_, i) => BigInt(i));
const table = new arrow.Table({ id: arrow.makeVector(ids), n: arrow.makeVector(new Float64Array(100_000)) });

for (;;) {
  await writePart({ directory: process.argv[2]!, place: "recent" }, { table, keys: idSetOf(ids), epochs: [] });
  console.log("part");
}
