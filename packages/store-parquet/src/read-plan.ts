import type { FileLayout, ReadableColumn, StoredChunk, StoredRowGroup } from "./file-layout.js";
import { damagedParquet, parsing } from "./parquet-errors.js";
import type { PageLocation, ParquetFileReader } from "./parquet-file-reader.js";

/** Bytes from `start` to `end` of the file. */
export interface ByteRange {
  readonly start: number;
  readonly end: number;
}

/** What to read of one row group. */
export interface GroupPlan {
  /** Rows wanted, counted from the start of the row group. */
  readonly from: number;
  readonly to: number;
  readonly chunks: readonly ChunkPlan[];
  /** Everything the chunks need, in as few ranges as touch nothing else. */
  readonly ranges: readonly ByteRange[];
}

/** What to read of one column chunk. */
export interface ChunkPlan {
  readonly column: ReadableColumn;
  readonly chunk: StoredChunk;
  /** Pages in file order: the dictionary, then data from the page that holds row `firstRow`. */
  readonly pieces: readonly ByteRange[];
  readonly firstRow: number;
}

/** Plans a read of the rows from `start` to `end`. Nothing but page indexes is read, and those only for cut row groups. */
export async function planRead(
  layout: FileLayout,
  reader: ParquetFileReader,
  columns: readonly ReadableColumn[],
  start: number,
  end: number,
  readRange: (range: ByteRange) => Promise<Uint8Array>,
): Promise<GroupPlan[]> {
  const plans: GroupPlan[] = [];
  for (const group of layout.rowGroups) {
    const from = Math.max(start - group.firstRow, 0);
    const to = Math.min(end - group.firstRow, group.rows);
    if (from >= to) continue;
    const whole = from === 0 && to === group.rows;
    const chunks = await Promise.all(
      columns.map(async (column): Promise<ChunkPlan> => {
        const chunk = group.chunks[column.chunkIndex]!;
        const entire = { column, chunk, pieces: [{ start: chunk.start, end: chunk.end }], firstRow: 0 };
        if (whole || !chunk.offsetIndex) return entire;
        const index = await readRange(chunk.offsetIndex);
        const pages = parsing("its page index", { column: column.name }, () => reader.pageLocations(index));
        return narrowed(column, chunk, group, pages, from, to) ?? entire;
      }),
    );
    plans.push({ from, to, chunks, ranges: joinTouching(chunks.flatMap(({ pieces }) => pieces)) });
  }
  return plans;
}

function narrowed(
  column: ReadableColumn,
  chunk: StoredChunk,
  group: StoredRowGroup,
  pages: readonly PageLocation[],
  from: number,
  to: number,
): ChunkPlan | undefined {
  if (pages.length === 0) return undefined;
  for (const [i, page] of pages.entries()) {
    const inside = page.offset >= chunk.start && page.byteLength > 0 && page.offset + page.byteLength <= chunk.end;
    const rowsAhead = (pages[i + 1]?.firstRow ?? group.rows) - page.firstRow;
    if (!inside || !(rowsAhead >= 0))
      throw damagedParquet("its page index points outside its pages", { column: column.name });
  }
  if (pages[0]!.firstRow !== 0) throw damagedParquet("its page index leaves out rows", { column: column.name });
  const first = pages.findLastIndex((page) => page.firstRow <= from);
  const last = pages.findLastIndex((page) => page.firstRow < to);
  const data = { start: pages[first]!.offset, end: pages[last]!.offset + pages[last]!.byteLength };
  const dictionary = { start: chunk.start, end: pages[0]!.offset };
  const pieces = dictionary.end > dictionary.start ? [dictionary, data] : [data];
  return { column, chunk, pieces, firstRow: pages[first]!.firstRow };
}

/** Sorted ranges, those that touch or overlap joined into one. */
export function joinTouching(ranges: readonly ByteRange[]): ByteRange[] {
  const joined: { start: number; end: number }[] = [];
  for (const { start, end } of [...ranges].sort((left, right) => left.start - right.start)) {
    const last = joined.at(-1);
    if (last && start <= last.end) last.end = Math.max(last.end, end);
    else joined.push({ start, end });
  }
  return joined;
}
