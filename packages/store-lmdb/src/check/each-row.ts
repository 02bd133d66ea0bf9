import type { ReadableTable } from "../lmdb-environment.js";

/** Rows looked at in one go: a check must not hold up the event loop. */
const pageRows = 200;

/** Visits every row of a table, giving the event loop away in between. `row` is a view; see `ReadableTable.read`. */
export async function eachRow(table: ReadableTable, visit: (key: Uint8Array, row: Uint8Array) => void): Promise<void> {
  let start: Uint8Array = Buffer.of(0);
  for (;;) {
    const keys = table.keysFrom(start, pageRows);
    for (const key of keys) {
      const row = table.read(key);
      if (row !== undefined) visit(key, row);
    }
    if (keys.length < pageRows) return;
    start = Buffer.concat([keys.at(-1)!, Buffer.of(0)]);
    await new Promise((resolve) => setImmediate(resolve));
  }
}
