import type { PageLocation } from "../format/parquet-file-reader.js";
import type { RowRuns } from "./row-runs.js";

/**
 * The places of the pages that hold a row of some runs, ascending.
 *
 * @param rows of the row group
 */
export function pagesOfRuns(pages: readonly PageLocation[], rows: number, runs: RowRuns): number[] {
  const places: number[] = [];
  let run = 0;
  for (let i = 0; i < pages.length; i++) {
    while (run < runs.length && runs[run + 1]! <= pages[i]!.firstRow) run += 2;
    if (run >= runs.length) break;
    if (runs[run]! < endRowOf(pages, i, rows)) places.push(i);
  }
  return places;
}

/** The row behind the last one of a page, counted from the start of the row group. */
export function endRowOf(pages: readonly PageLocation[], place: number, rows: number): number {
  return pages[place + 1]?.firstRow ?? rows;
}
