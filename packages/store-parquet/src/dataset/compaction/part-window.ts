import type { Data, DataType } from "apache-arrow";
import type { Arrow } from "../../arrow/load-arrow.js";
import { castColumn } from "../columns/cast-column.js";
import type { OpenPart } from "../parts/open-part.js";
import { readPartRange } from "../parts/read-part-rows.js";

/** Rows of a part that is read from its begin to its end, each about once. */
export interface PartWindow {
  /** Columns of the rows from `first` on, at least to before `end`. */
  read(start: number, end: number): Promise<WindowRows>;
}

/** Rows that are in memory. */
export interface WindowRows {
  readonly first: number;
  readonly end: number;
  readonly columns: ReadonlyMap<string, Data>;
}

/** Pages that few rows are wanted of would be decoded again and again: so many rows, of so many bytes, are read at once. */
const windowRows = 16_384;
const windowBytes = 2 ** 20;

/**
 * Reads columns of a part, each in the type wanted.
 *
 * @throws by `read`: ColumnTypeError where a value has no counterpart in the type; CacheCorruptionError; LarderError `part-gone`
 */
export function partWindow(arrow: Arrow, part: OpenPart, types: ReadonlyMap<string, DataType>): PartWindow {
  const rows = part.record.keys.size;
  const ahead = Math.max(
    1,
    Math.min(windowRows, Math.floor(windowBytes / (part.record.byteLength / Math.max(rows, 1)))),
  );
  let held: WindowRows | undefined;
  return {
    async read(start, end) {
      if (held && held.first <= start && end <= held.end) return held;
      held = undefined;
      const last = Math.min(rows, Math.max(end, start + ahead));
      const read = await readPartRange(part, [...types.keys()], start, last);
      const columns = new Map<string, Data>();
      for (const [name, data] of read) columns.set(name, castColumn(arrow, data, types.get(name)!, name));
      held = { first: start, end: last, columns };
      return held;
    },
  };
}
