import type { StoredChunk, StoredRowGroup } from "../../format/file-layout.js";
import type { PageLocation } from "../../format/parquet-file-reader.js";

/** Pages of a column chunk that are read at once. */
export interface PageRead {
  readonly start: number;
  readonly end: number;
  /** Where the dictionary page stands in front of the others, where the chunk has one and this read begins it. */
  readonly dictionary?: { readonly start: number; readonly end: number };
  readonly pages: readonly WantedPage[];
}

/** A page with wanted rows: those from place `from` to place `to` of all wanted rows. */
export interface WantedPage {
  readonly start: number;
  readonly end: number;
  /** The row it begins with, counted from the start of the file. */
  readonly firstRow: number;
  /** How many rows it has. */
  readonly rowCount: number;
  readonly from: number;
  readonly to: number;
  /** Bytes of its texts, where the page index states them. */
  readonly textBytes: number | undefined;
}

/** Reads are no longer than this, if a page is not. */
const mostBytes = 2 ** 19;

/**
 * The pages of a chunk that hold wanted rows, in as few reads as make sense: those with a gap of at most `gapBytes` between
 * them are read as one.
 *
 * @param wanted rows of the file, ascending, and the places from the first one in the row group to behind the last one
 */
export function wantedPages(
  chunk: StoredChunk,
  group: StoredRowGroup,
  pages: readonly PageLocation[],
  { rows, from, to }: { readonly rows: Int32Array; readonly from: number; readonly to: number },
  gapBytes: number,
): PageRead[] {
  const reads: { start: number; end: number; dictionary?: { start: number; end: number }; pages: WantedPage[] }[] = [];
  const first = pages[0]!.offset;
  if (first > chunk.start) {
    const dictionary = { start: chunk.start, end: first };
    reads.push({ ...dictionary, dictionary, pages: [] });
  }
  let place = from;
  for (let i = 0; i < pages.length && place < to; i++) {
    const endRow = group.firstRow + (pages[i + 1]?.firstRow ?? group.rows);
    if (rows[place]! >= endRow) continue;
    const begin = place;
    place = firstPlace(rows, begin, to, endRow);
    const { offset: start, byteLength, firstRow, unencodedBytes: textBytes } = pages[i]!;
    const end = start + byteLength;
    const pageRow = group.firstRow + firstRow;
    const page = { start, end, firstRow: pageRow, rowCount: endRow - pageRow, from: begin, to: place, textBytes };
    const last = reads.at(-1);
    if (last && start - last.end <= gapBytes && end - last.start <= mostBytes) {
      last.end = end;
      last.pages.push(page);
    } else reads.push({ start, end, pages: [page] });
  }
  return reads;
}

/** The first place, from `from` on and before `to`, of a row from `row` on; `to` where there is none. */
function firstPlace(rows: Int32Array, from: number, to: number, row: number): number {
  let low = from;
  let high = to;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (rows[middle]! < row) low = middle + 1;
    else high = middle;
  }
  return low;
}
