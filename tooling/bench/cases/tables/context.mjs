import { readFileSync } from "node:fs";
import { join } from "node:path";
import { valuesOf } from "./arrow-values.mjs";
import { kinds, twoColumns } from "./columns.mjs";

/**
 * What an operation is asked for, and what is written: everything that is there before the clock starts.
 *
 * @returns path, names, two, head, middle, middleRows, ids (64-bit integers), target, scratch (a file for whoever needs one); for a write also `table` (Arrow) or
 *   `columns` ([{ name, kind, values, nullable }], values as an array or a typed array)
 */
export async function prepareContext({ contender, operation, folder, file, shape, rows, ids, target }) {
  const context = {
    path: join(folder, file),
    names: Object.keys(kinds[shape]),
    two: twoColumns[shape],
    head: 20,
    middle: Math.floor(rows / 2) + 123,
    middleRows: Math.min(10_000, Math.floor(rows / 4)),
    target,
    scratch: join(folder, "scratch"),
  };
  if (operation === "ids") {
    const bytes = readFileSync(join(folder, `ids-${ids}.bin`));
    return {
      ...context,
      ids: new BigInt64Array(bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength)),
    };
  }
  if (operation !== "write") return context;
  const { tableFromIPC } = await import("apache-arrow");
  const table = tableFromIPC(readFileSync(join(folder, "table.arrow")));
  return takesArrays.includes(contender)
    ? { ...context, columns: columnsOf(table, kinds[shape]) }
    : { ...context, table };
}

const takesArrays = ["hyparquet", "duckdb"];

function columnsOf(table, columnKinds) {
  return Object.entries(columnKinds).map(([name, kind]) => {
    const vector = table.getChild(name);
    return { name, kind, values: valuesOf(vector), nullable: vector.nullCount > 0 };
  });
}
