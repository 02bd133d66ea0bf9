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
  readonly from: number;
  readonly to: number;
}

/** Pages with at most so many bytes between them are read at once: little more than verifying both of them reads anyway. */
const gapBytes = 2 ** 17;
/** Reads are no longer than this, if a page is not. */
const mostBytes = 2 ** 22;

/**
 * The pages of a chunk that hold wanted rows, in as few reads as make sense.
 *
 * @param rows wanted rows of the file, ascending
 * @param from place of the first one in the row group
 * @param to place behind the last one
 */
export function wantedPages(
  chunk: StoredChunk,
  group: StoredRowGroup,
  pages: readonly PageLocation[],
  rows: Int32Array,
  from: number,
  to: number,
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
    while (place < to && rows[place]! < endRow) place++;
    const { offset: start, byteLength, firstRow } = pages[i]!;
    const end = start + byteLength;
    const page = { start, end, firstRow: group.firstRow + firstRow, from: begin, to: place };
    const last = reads.at(-1);
    if (last && start - last.end <= gapBytes && end - last.start <= mostBytes) {
      last.end = end;
      last.pages.push(page);
    } else reads.push({ start, end, pages: [page] });
  }
  return reads;
}
