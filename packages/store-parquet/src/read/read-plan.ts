import type { ReadableColumn, StoredChunk, StoredLeaf, StoredRowGroup } from "../format/file-layout.js";
import { damagedParquet, parsing } from "../format/parquet-errors.js";
import type { PageLocation } from "../format/parquet-file-reader.js";
import { type ByteRange, joinRanges } from "./byte-ranges.js";
import type { FileParts, OpenedFile } from "./opened-file.js";
import { pagesOfRuns } from "./pages-of-runs.js";
import { areAllRows, type RowRuns } from "./row-runs.js";

/** What to read of one row group. */
export interface GroupPlan {
  readonly group: StoredRowGroup;
  readonly runs: RowRuns;
  /** For each column, the chunks of its leaves. */
  readonly columns: readonly (readonly ChunkPlan[])[];
  /** Everything the chunks need, in as few ranges as touch nothing else. */
  readonly ranges: readonly ByteRange[];
}

/** What to read of one column chunk. */
export interface ChunkPlan {
  readonly leaf: StoredLeaf;
  readonly chunk: StoredChunk;
  /** Pages in file order. The first piece begins with the dictionary page where the chunk has one. */
  readonly pieces: readonly PagePiece[];
}

/** Pages that lie side by side. */
export interface PagePiece extends ByteRange {
  /** The row that its first data page begins with, counted from the start of the row group. */
  readonly firstRow: number;
}

/** Plans to read some rows of a row group. Nothing but page indexes is read, and those only where not all rows are wanted. */
export async function planGroup(
  file: OpenedFile,
  { reader }: FileParts,
  group: StoredRowGroup,
  columns: readonly ReadableColumn[],
  runs: RowRuns,
): Promise<GroupPlan> {
  const whole = areAllRows(runs, group.rows);
  const leaves = columns.flatMap((column) => column.leaves);
  const located = whole ? [] : await locatePages(file, reader, group, leaves);
  let next = 0;
  const planned = columns.map((column) =>
    column.leaves.map((leaf): ChunkPlan => {
      const chunk = group.chunks[leaf.chunkIndex]!;
      const pages = located[next++];
      const pieces = pages ? wantedPieces(chunk, group, pages, runs) : undefined;
      return { leaf, chunk, pieces: pieces ?? [{ start: chunk.start, end: chunk.end, firstRow: 0 }] };
    }),
  );
  const ranges = joinRanges(planned.flatMap((chunks) => chunks.flatMap(({ pieces }) => pieces)));
  return { group, runs, columns: planned, ranges };
}

/** The plan for some of its columns, by their places. */
export function narrowedPlan(plan: GroupPlan, places: readonly number[]): GroupPlan {
  const columns = places.map((place) => plan.columns[place]!);
  return { ...plan, columns, ranges: joinRanges(columns.flatMap((chunks) => chunks.flatMap(({ pieces }) => pieces))) };
}

/** Where the pages of some leaves lie; `undefined` for a leaf without an offset index. @throws LarderError `damaged-parquet` */
export async function locatePages(
  file: OpenedFile,
  reader: FileParts["reader"],
  group: StoredRowGroup,
  leaves: readonly StoredLeaf[],
): Promise<(readonly PageLocation[] | undefined)[]> {
  const indexes = leaves.map((leaf) => group.chunks[leaf.chunkIndex]!.offsetIndex);
  const bytes = await file.readIndexes(indexes.filter((index) => index !== undefined));
  let next = 0;
  return leaves.map((leaf, i) => {
    if (!indexes[i]) return undefined;
    const pages = pagesOf(bytes[next++]!, reader, leaf, group);
    return pages.length === 0 ? undefined : pages;
  });
}

/** Reads page indexes of several row groups at once, so that there is no waiting for one after the other. */
export async function readIndexesAhead(
  file: OpenedFile,
  groups: readonly StoredRowGroup[],
  leaves: readonly StoredLeaf[],
  kinds: readonly ("offsetIndex" | "columnIndex")[],
): Promise<void> {
  const ranges = groups.flatMap((group) =>
    leaves.flatMap(({ chunkIndex }) => kinds.map((kind) => group.chunks[chunkIndex]![kind])),
  );
  await file.readIndexes(ranges.filter((range) => range !== undefined));
}

/** Indexes are asked for when rows are ruled out, and again when they are read. */
const parsedPages = new WeakMap<Uint8Array, readonly PageLocation[]>();

function pagesOf(
  index: Uint8Array,
  reader: FileParts["reader"],
  leaf: StoredLeaf,
  group: StoredRowGroup,
): readonly PageLocation[] {
  const known = parsedPages.get(index);
  if (known) return known;
  const column = leaf.path[0];
  const pages = parsing("its page index", { column }, () => reader.pageLocations(index));
  checkPages(pages, group.chunks[leaf.chunkIndex]!, group, column);
  parsedPages.set(index, pages);
  return pages;
}

function checkPages(
  pages: readonly PageLocation[],
  chunk: StoredChunk,
  group: StoredRowGroup,
  column: string | undefined,
): void {
  let end = chunk.start;
  for (let i = 0; i < pages.length; i++) {
    const page = pages[i]!;
    // Pages that overlap or go backwards would be taken for others.
    const inside = page.offset >= end && page.byteLength > 0 && page.offset + page.byteLength <= chunk.end;
    const rowsAhead = (pages[i + 1]?.firstRow ?? group.rows) - page.firstRow;
    if (!inside || !(rowsAhead >= 0)) throw damagedParquet("its page index points outside its pages", { column });
    end = page.offset + page.byteLength;
  }
  if (pages.length > 0 && pages[0]!.firstRow !== 0) throw damagedParquet("its page index leaves out rows", { column });
}

/** The pages that hold wanted rows, and the dictionary page in front of them. */
function wantedPieces(
  chunk: StoredChunk,
  group: StoredRowGroup,
  pages: readonly PageLocation[],
  runs: RowRuns,
): PagePiece[] {
  const pieces: { start: number; end: number; firstRow: number }[] = [];
  const first = pages[0]!.offset;
  if (first > chunk.start) pieces.push({ start: chunk.start, end: first, firstRow: 0 });
  let previous = -1;
  for (const i of pagesOfRuns(pages, group.rows, runs)) {
    const page = pages[i]!;
    const end = page.offset + page.byteLength;
    const last = pieces.at(-1);
    // Only pages in a row may be taken as one: the rows of those between would be miscounted.
    if (last && previous === i - 1 && last.end === page.offset && previous >= 0) last.end = end;
    else pieces.push({ start: page.offset, end, firstRow: page.firstRow });
    previous = i;
  }
  return pieces;
}
