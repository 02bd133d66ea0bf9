import { func, Pipeline } from "@larder/pipeline";
import { type Table, tableFromArrays } from "apache-arrow";

const load = func({ inputs: ["days"], output: "rows", cache: true }, async function* ({ days }: { days: number }) {
  for (let day = 0; day < days; day++) yield* tableFromArrays({ day: Int32Array.of(day, day) }).batches;
});
const count = func({ inputs: ["rows"], output: "count" }, ({ rows }: { rows: Table }) => rows.numRows);

/** Two rows a day, yielded batch by batch, and how many there are. */
export const rowsOfDays = new Pipeline([load, count]);
