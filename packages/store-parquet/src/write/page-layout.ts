import type { GatheredRows, GatheredValues } from "./gather-column.js";

/** How the rows of a column are cut into pages, and how they look there. */
export interface PageLayout {
  /** Most rows of a page, at least 1. */
  readonly pageRows: number;
  /** A page ends before its values take more bytes than this, before compression; one row always fits. */
  readonly pageBytes: number;
  /**
   * How values of no fixed width are laid out: `"apart"`: all lengths, then all bytes (DELTA_LENGTH_BYTE_ARRAY); `"mixed"`: each length
   * before its bytes (PLAIN).
   */
  readonly lengths: "apart" | "mixed";
}

/** Few headers for who reads all of it, and few bytes for who reads a part. */
export const defaultPages: PageLayout = { pageRows: 65_536, pageBytes: 2 ** 20, lengths: "apart" };

/** Where pages begin and end: at a multiple of 8 rows where there are as many. */
export function pageCuts({ rows, values }: GatheredRows, layout: PageLayout): [start: number, end: number][] {
  const cuts: [number, number][] = [];
  for (let start = 0, end = 0; start < rows; start = end) {
    end = Math.min(start + rowsOfPage(values, start, rows, layout), rows);
    cuts.push([start, end]);
  }
  return cuts;
}

/** Where pages of values of `width` bytes begin and end. */
export function evenCuts(rows: number, width: number, { pageRows, pageBytes }: PageLayout): [number, number][] {
  const most = wholeBytes(Math.min(pageRows, Math.floor(pageBytes / width)));
  const cuts: [number, number][] = [];
  for (let start = 0; start < rows; start += most) cuts.push([start, Math.min(start + most, rows)]);
  return cuts;
}

function rowsOfPage(values: GatheredValues, start: number, rows: number, layout: PageLayout): number {
  const { pageRows, pageBytes } = layout;
  switch (values.kind) {
    case "nothing":
      return wholeBytes(pageRows);
    case "bits":
      return wholeBytes(Math.min(pageRows, pageBytes * 8));
    case "fixed":
      return wholeBytes(Math.min(pageRows, Math.floor(pageBytes / values.width)));
    case "bytes": {
      const { offsets } = values;
      const before = Number(offsets[start]!);
      const fits = (end: number): boolean => Number(offsets[end]!) - before + 4 * (end - start) <= pageBytes;
      let low = start;
      let high = Math.min(start + pageRows, rows);
      while (low < high) {
        const middle = (low + high + 1) >>> 1;
        if (fits(middle)) low = middle;
        else high = middle - 1;
      }
      return low === rows ? rows - start : wholeBytes(low - start);
    }
  }
}

/** A multiple of 8 rows, so that bitmaps are taken by bytes; at least one row. */
function wholeBytes(rows: number): number {
  return rows >= 8 ? rows - (rows % 8) : Math.max(rows, 1);
}
