import { makeVector, Table } from "apache-arrow";
import { datasetStore } from "../../../src/dataset/dataset-store.js";

/** Stores batches of rows of its own in a dataset, and says so after each: directory, first id, batches, rows of a batch. */
const [, , directory, first, batches, size] = process.argv;
const store = datasetStore({ directory: directory! });
const dataset = await store.openDataset("s.t");
for (let batch = 0; batch < Number(batches); batch++) {
  const ids = BigInt64Array.from({ length: Number(size) }, (_, i) => BigInt(Number(first) + batch * Number(size) + i));
  const values = Float64Array.from(ids, (id) => Number(id) / 2);
  const rows = new Table({ id: makeVector(ids), a: makeVector(values) });
  await dataset.append({ ids, columns: ["a"], rows });
  process.stdout.write(`${batch}\n`);
}
await store.close();
