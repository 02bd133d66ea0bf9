import type { RowGroupPlan } from "@larder/core";
import type { ReadableColumn, StoredChunk, StoredRowGroup } from "../format/file-layout.js";
import { parsing } from "../format/parquet-errors.js";
import type { ChunkStatistics, PageLocation } from "../format/parquet-file-reader.js";
import type { FileParts, OpenedFile } from "../read/opened-file.js";
import { locatePages, readIndexesAhead } from "../read/read-plan.js";
import { countRows, intersectRuns, oneRun, type RowRuns, uniteRuns } from "../read/row-runs.js";
import { type BoundFilter, filterColumns, type LeafFilter } from "./bind-filter.js";
import { bloomMayHave } from "./probe-bloom.js";
import { type Bounds, chunkBounds, storedBounds } from "./stored-bounds.js";
import { mayMeet } from "./value-set.js";

/** What the indexes of a file leave of a row group. */
export interface PrunedGroup {
  /** Rows for which the filter may be true. Others are certain not to match. */
  readonly runs: RowRuns;
  /** What ruled the others out, where none is left. */
  readonly by?: Exclude<RowGroupPlan["by"], "slice">;
}

/**
 * Rules out rows of a row group by its statistics, bloom filters and page indexes, in this order, reading no more of them than
 * needed. A file's statistics are believed, as every engine does, where they make sense.
 */
export async function pruneGroup(
  file: OpenedFile,
  parts: FileParts,
  groupIndex: number,
  filter: BoundFilter,
  runs: RowRuns,
): Promise<PrunedGroup> {
  const group = parts.layout.rowGroups[groupIndex]!;
  const statistics = file.statistics();
  const nothing = oneRun(0, 0);
  const known = knownByStatistics(file, group, groupIndex);
  if (!mayHold(filter, known)) return { runs: nothing, by: "statistics" };
  if (!(await mayHoldByBloom(file, parts, group, filter, known))) return { runs: nothing, by: "bloom-filter" };
  const pages = await loadPages(file, parts, group, filter, statistics.typeOrdered);
  const left = intersectRuns(runs, candidateRuns(filter, group, pages));
  return countRows(left) === 0 ? { runs: left, by: "page-index" } : { runs: left };
}

/**
 * Reads the page indexes that {@link pruneGroup} will ask for, of several row groups at once: of those that statistics do
 * not rule out.
 */
export async function readPruningIndexes(
  file: OpenedFile,
  { layout }: FileParts,
  groupIndexes: readonly number[],
  filter: BoundFilter,
): Promise<void> {
  const groups = groupIndexes
    .filter((index) => mayHold(filter, knownByStatistics(file, layout.rowGroups[index]!, index)))
    .map((index) => layout.rowGroups[index]!);
  const leaves = filterColumns(filter).map((column) => column.leaves[0]!);
  await readIndexesAhead(file, groups, leaves, ["columnIndex", "offsetIndex"]);
}

function knownByStatistics(
  file: OpenedFile,
  group: StoredRowGroup,
  groupIndex: number,
): (column: ReadableColumn) => KnownOfRows {
  const statistics = file.statistics();
  return (column) => {
    const { chunkIndex } = column.leaves[0]!;
    const stated = statistics.chunks[groupIndex]?.[chunkIndex] ?? {};
    return knownOfChunk(column, group, stated, statistics.typeOrdered[chunkIndex]);
  };
}

/** What is known of the values of some rows of a column, without reading them. */
interface KnownOfRows {
  readonly bounds?: Bounds | undefined;
  readonly hasNulls: boolean;
  readonly hasValues: boolean;
}

function knownOfChunk(
  column: ReadableColumn,
  group: StoredRowGroup,
  stated: ChunkStatistics,
  typeOrdered: boolean | undefined,
): KnownOfRows {
  // The statistics of what is nested are those of its leaves, not of its rows.
  if (column.shape.kind !== "leaf") return { hasNulls: true, hasValues: true };
  return {
    bounds: chunkBounds(column, stated, typeOrdered),
    hasNulls: stated.nullCount !== 0,
    hasValues: stated.nullCount !== group.rows,
  };
}

/** Whether a filter may be true for one of some rows. */
function mayHold(filter: BoundFilter, known: (column: ReadableColumn) => KnownOfRows): boolean {
  switch (filter.kind) {
    case "always":
      return true;
    case "never":
      return false;
    case "and":
      return filter.filters.every((part) => mayHold(part, known));
    case "or":
      return filter.filters.some((part) => mayHold(part, known));
    default:
      return leafMayHold(filter, known(filter.column));
  }
}

function leafMayHold(filter: LeafFilter, { bounds, hasNulls, hasValues }: KnownOfRows): boolean {
  if (filter.kind !== "values") return filter.kind === "null" ? hasNulls : hasValues;
  if (!hasValues) return false;
  // NaN is not within the bounds, and may be there whatever they are.
  if (!bounds || (filter.domain.kind === "floats" && filter.set.nan)) return true;
  return mayMeet(filter.set, bounds.min, bounds.max);
}

async function mayHoldByBloom(
  file: OpenedFile,
  parts: FileParts,
  group: StoredRowGroup,
  filter: BoundFilter,
  known: (column: ReadableColumn) => KnownOfRows,
): Promise<boolean> {
  if ("filters" in filter) {
    for (const part of filter.filters) {
      const may = await mayHoldByBloom(file, parts, group, part, known);
      if (may === (filter.kind === "or")) return may;
    }
    return filter.kind === "and";
  }
  if (!("column" in filter)) return filter.kind === "always";
  const of = known(filter.column);
  if (!leafMayHold(filter, of)) return false;
  return filter.kind !== "values" || bloomMayHave(file, parts, group, filter.column, filter.set, of.bounds);
}

/** The pages of a column chunk, with what is known of each. */
interface KnownPages {
  readonly pages: readonly PageLocation[];
  readonly known: readonly KnownOfRows[];
}

/** Pages of the columns of a filter that have both indexes. */
async function loadPages(
  file: OpenedFile,
  { reader }: FileParts,
  group: StoredRowGroup,
  filter: BoundFilter,
  typeOrdered: readonly (boolean | undefined)[],
): Promise<Map<ReadableColumn, KnownPages>> {
  const indexed = filterColumns(filter).filter((column) => isIndexed(column, group));
  const [bounds, located] = await Promise.all([
    file.readIndexes(indexed.map((column) => chunkOf(column, group).columnIndex!)),
    locatePages(
      file,
      reader,
      group,
      indexed.map((column) => column.leaves[0]!),
    ),
  ]);
  const found = new Map<ReadableColumn, KnownPages>();
  indexed.forEach((column, i) => {
    const pages = located[i];
    const known =
      pages && knownOfPages(reader, column, bounds[i]!, pages, group, typeOrdered[column.leaves[0]!.chunkIndex]);
    if (known) found.set(column, { pages, known });
  });
  return found;
}

function knownOfPages(
  reader: FileParts["reader"],
  column: ReadableColumn,
  index: Uint8Array,
  pages: readonly PageLocation[],
  group: StoredRowGroup,
  typeOrdered: boolean | undefined,
): KnownOfRows[] | undefined {
  const { nullPages, mins, maxs, nullCounts } = parsing("its column index", { column: column.name }, () =>
    reader.pageBounds(index),
  );
  const count = pages.length;
  // An index that does not fit the pages says nothing about them.
  if (nullPages?.length !== count || mins?.length !== count || maxs?.length !== count) return undefined;
  const counts = nullCounts?.length === count ? nullCounts : undefined;
  return pages.map(({ firstRow }, i) => {
    const rows = (pages[i + 1]?.firstRow ?? group.rows) - firstRow;
    const isAllNull = nullPages[i] === true;
    return {
      bounds: isAllNull ? undefined : storedBounds(column, mins[i]!, maxs[i]!, typeOrdered),
      hasNulls: isAllNull || counts?.[i] !== 0,
      hasValues: !isAllNull && counts?.[i] !== rows,
    };
  });
}

/** The rows for which a filter may be true, as far as the bounds of pages tell. */
function candidateRuns(
  filter: BoundFilter,
  group: StoredRowGroup,
  pages: ReadonlyMap<ReadableColumn, KnownPages>,
): RowRuns {
  switch (filter.kind) {
    case "always":
      return oneRun(0, group.rows);
    case "never":
      return oneRun(0, 0);
    case "and":
      return filter.filters.map((part) => candidateRuns(part, group, pages)).reduce(intersectRuns);
    case "or":
      return filter.filters.map((part) => candidateRuns(part, group, pages)).reduce(uniteRuns);
    default: {
      const indexed = pages.get(filter.column);
      if (!indexed) return oneRun(0, group.rows);
      return runsOfPages(indexed, group, (known) => leafMayHold(filter, known));
    }
  }
}

function runsOfPages(
  { pages, known }: KnownPages,
  group: StoredRowGroup,
  wanted: (known: KnownOfRows) => boolean,
): RowRuns {
  const runs: number[] = [];
  for (let i = 0; i < pages.length; i++) {
    const start = pages[i]!.firstRow;
    const end = pages[i + 1]?.firstRow ?? group.rows;
    if (start === end || !wanted(known[i]!)) continue;
    if (runs.at(-1) === start) runs[runs.length - 1] = end;
    else runs.push(start, end);
  }
  return Int32Array.from(runs);
}

function isIndexed(column: ReadableColumn, group: StoredRowGroup): boolean {
  if (column.shape.kind !== "leaf") return false;
  const { columnIndex, offsetIndex } = chunkOf(column, group);
  return columnIndex !== undefined && offsetIndex !== undefined;
}

function chunkOf(column: ReadableColumn, group: StoredRowGroup): StoredChunk {
  return group.chunks[column.leaves[0]!.chunkIndex]!;
}
