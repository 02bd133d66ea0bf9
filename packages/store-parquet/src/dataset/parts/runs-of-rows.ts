import type { RowRuns } from "../../read/row-runs.js";

/** Ascending, distinct rows as runs, `before` taken off each. */
export function runsOfRows(rows: Int32Array, before: number): RowRuns {
  const runs = new Int32Array(rows.length * 2);
  let length = 0;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]! - before;
    if (length > 0 && runs[length - 1] === row) runs[length - 1] = row + 1;
    else {
      runs[length++] = row;
      runs[length++] = row + 1;
    }
  }
  return runs.slice(0, length);
}
