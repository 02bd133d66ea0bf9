import { FetchBatchError } from "../../errors/fetch-batch-error.js";
import type { FetchedRow } from "../../fetcher.js";

/**
 * A row that has all columns.
 *
 * @param absent - what a field that the row lacks means: `null`, or an error
 * @throws FetchBatchError `absent-field`
 */
export function completeRow(
  row: FetchedRow,
  columns: readonly string[],
  absent: "error" | "null",
  place: string,
): FetchedRow {
  const lacking = columns.filter((name) => !Object.hasOwn(row, name));
  if (lacking.length === 0) return row;
  if (absent === "null") return { ...row, ...Object.fromEntries(lacking.map((name) => [name, null])) };
  throw new FetchBatchError(
    `A row in the answer of ${place} has no field ${lacking.map((name) => JSON.stringify(name)).join(", ")}; it has ${Object.keys(row).slice(0, 30).join(", ")}. Where a field left out means null, set absentFields: "null".`,
    { code: "absent-field", facts: { place, lacking, available: Object.keys(row) } },
  );
}
