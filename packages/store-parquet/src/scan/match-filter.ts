import type { Data } from "apache-arrow";
import type { ReadableColumn } from "../format/file-layout.js";
import type { BoundFilter } from "./bind-filter.js";
import { matchNulls, matchValues } from "./match-values.js";

/** For each of some rows, 1 where the filter is true, else 0. `columns` has what the filter asks of. */
export async function matchFilter(
  filter: BoundFilter,
  columns: ReadonlyMap<ReadableColumn, Data>,
  rows: number,
): Promise<Uint8Array> {
  switch (filter.kind) {
    case "always":
      return new Uint8Array(rows).fill(1);
    case "never":
      return new Uint8Array(rows);
    case "and":
    case "or": {
      const isAnd = filter.kind === "and";
      let mask: Uint8Array | undefined;
      for (const part of filter.filters) {
        const more = await matchFilter(part, columns, rows);
        if (!mask) mask = more;
        else if (isAnd) for (let i = 0; i < rows; i++) mask[i]! &= more[i]!;
        else for (let i = 0; i < rows; i++) mask[i]! |= more[i]!;
        if (isAnd && !mask.includes(1)) return mask;
      }
      return mask ?? new Uint8Array(rows).fill(isAnd ? 1 : 0);
    }
    case "values":
      return matchValues(columns.get(filter.column)!, filter.set);
    default:
      return matchNulls(columns.get(filter.column)!, filter.kind === "null");
  }
}
