import type { StoredRowGroup } from "../format/file-layout.js";
import type { PageLocation } from "../format/parquet-file-reader.js";
import type { ReadMemory } from "../read/gather/read-memory.js";
import type { HeldBytes } from "../read/held-bytes.js";
import type { FileParts, OpenedFile } from "../read/opened-file.js";
import { endRowOf, pagesOfRuns } from "../read/pages-of-runs.js";
import { type ChunkPlan, type GroupPlan, locatePages } from "../read/read-plan.js";
import type { RowRuns } from "../read/row-runs.js";

/** Whole pages of a column chunk, one after another. */
export interface SearchedPiece {
  /** The row that they begin with, counted from the start of the row group. */
  readonly firstRow: number;
  /** How many rows they hold, where the page index states it. */
  readonly rows?: number;
  /** Good until the next piece is asked for. */
  readonly bytes: Uint8Array;
}

/** Pages that follow each other are read as one up to so many bytes. */
const mostBytes = 2 ** 19;

/** Whether the pages of a chunk are read one after another into the same memory; else all of them are fetched and held. */
export function isReadByPage({ scatters, blockBytes }: OpenedFile, { chunk }: ChunkPlan): boolean {
  return scatters && blockBytes !== undefined && chunk.offsetIndex !== undefined;
}

/**
 * The pages with wanted rows of the one chunk of a plan, in order.
 *
 * @param held gets what is not read page by page
 */
export async function* searchedPieces(
  file: OpenedFile,
  { reader }: FileParts,
  { group, runs, columns, ranges }: GroupPlan,
  held: HeldBytes,
  memory: ReadMemory,
): AsyncGenerator<SearchedPiece, void, undefined> {
  const plan = columns[0]![0]!;
  const [pages] = isReadByPage(file, plan) ? await locatePages(file, reader, group, [plan.leaf]) : [];
  const joined = pages && joinedPages(pages, group, runs);
  // What comes with one read is held: the rows found in it are read next.
  if (joined && joined.length > 1) {
    for (const { firstRow, rows, start, end } of joined) {
      // Of one page the values stand at its end.
      yield { firstRow, rows, bytes: await memory.read(file, { start, end }, end - start - rows * 8) };
    }
    return;
  }
  await held.fetch(ranges);
  for (const piece of plan.pieces) yield { firstRow: piece.firstRow, bytes: held.bytesOf(piece) };
}

interface JoinedPages {
  readonly firstRow: number;
  rows: number;
  readonly start: number;
  end: number;
}

function joinedPages(pages: readonly PageLocation[], group: StoredRowGroup, runs: RowRuns): JoinedPages[] {
  const joined: JoinedPages[] = [];
  for (const i of pagesOfRuns(pages, group.rows, runs)) {
    const { firstRow, offset, byteLength } = pages[i]!;
    const endRow = endRowOf(pages, i, group.rows);
    const end = offset + byteLength;
    const last = joined.at(-1);
    if (last && last.end === offset && last.firstRow + last.rows === firstRow && end - last.start <= mostBytes) {
      last.rows = endRow - last.firstRow;
      last.end = end;
    } else joined.push({ firstRow, rows: endRow - firstRow, start: offset, end });
  }
  return joined;
}
