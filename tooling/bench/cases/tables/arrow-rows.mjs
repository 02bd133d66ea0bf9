// What a user of Arrow tables writes to have rows, or some of them.
import { readerOf, valuesOf } from "./arrow-values.mjs";

/** Row objects with every value made, column by column, which is several times faster than Arrow's own row proxies. */
export function arrowRows(table) {
  return rowsOfColumns(
    table.schema.fields.map(({ name }) => name),
    table.schema.fields.map((_, i) => valuesOf(table.getChildAt(i))),
    table.numRows,
  );
}

/** Row objects of columns that are arrays. */
export function rowsOfColumns(names, columns, count) {
  const rows = new Array(count);
  for (let row = 0; row < count; row += 1) {
    const record = {};
    for (let i = 0; i < names.length; i += 1) record[names[i]] = columns[i][row];
    rows[row] = record;
  }
  return rows;
}

/** Row objects of the ids wanted, found by halves in the sorted column `id`. */
export function arrowRowsById(table, ids) {
  const sorted = BigInt64Array.from(ids).sort();
  const column = table.getChild("id").toArray();
  const names = table.schema.fields.map(({ name }) => name);
  const readers = names.map((_, i) => readerOf(table.getChildAt(i)));
  const rows = [];
  let low = 0;
  for (const id of sorted) {
    let high = column.length;
    while (low < high) {
      const middle = (low + high) >>> 1;
      if (column[middle] < id) low = middle + 1;
      else high = middle;
    }
    if (column[low] !== id) continue;
    const record = {};
    for (let i = 0; i < names.length; i += 1) record[names[i]] = readers[i](low);
    rows.push(record);
  }
  return rows;
}
