import { type ArrowLikeType, ArrowTypeId } from "../arrow/arrow-like.js";
import { breathe, isTimeToBreathe } from "../format/breathe.js";
import type { ReadableColumn } from "../format/file-layout.js";
import { damagedParquet, parsing } from "../format/parquet-errors.js";
import { conversionOf } from "../format/value-conversion.js";
import { pagesOf } from "../read/decode-chunk.js";
import { type ReadMemory, readMemory } from "../read/gather/read-memory.js";
import type { HeldBytes } from "../read/held-bytes.js";
import type { FileParts, OpenedFile } from "../read/opened-file.js";
import { pageParts } from "../read/page-parts.js";
import type { GroupPlan } from "../read/read-plan.js";
import { countRows, intersectRuns, type RowRuns, runsOfRows } from "../read/row-runs.js";
import type { BoundFilter } from "./bind-filter.js";
import { inNumbers, type SetInNumbers } from "./match-numbers.js";
import { findPoints, findRanges, foundRows } from "./merge-sorted.js";
import { type NumberType, type PlainNumbers, plainNumbers } from "./plain-numbers.js";
import { searchedPieces } from "./searched-pieces.js";

/** What a filter looks for, where its values may be found by searching sorted pages. */
export interface SortedLookup {
  readonly column: ReadableColumn;
  readonly type: NumberType;
  readonly isUnsigned: boolean;
  readonly numbers: SetInNumbers;
  /** What pages are read and loaded into, one after another. */
  readonly memory: ReadMemory;
  readonly pageNumbers: PlainNumbers;
}

/** How the rows of a filter may be found without trying every value; `undefined` where only trying helps. */
export function sortedLookup(filter: BoundFilter): SortedLookup | undefined {
  if (filter.kind !== "values" || filter.column.shape.kind !== "leaf") return undefined;
  const { column, set } = filter;
  const type: ArrowLikeType = column.field.type;
  const { leaf } = column.leaves[0]!;
  if (set.nan || (set.kind === "points" && set.excluded)) return undefined;
  if (!isNumberType(leaf.type)) return undefined;
  const isPlain = type.typeId !== ArrowTypeId.Dictionary && type.typeId !== ArrowTypeId.Decimal;
  if (!isPlain || conversionOf(type, leaf) !== "none") return undefined;
  const numbers = inNumbers(set);
  if (leaf.type === "INT64" && !numbers.areSafe) return undefined;
  const isUnsigned = type.typeId === ArrowTypeId.Int && type.isSigned !== true;
  return { column, type: leaf.type, isUnsigned, numbers, memory: readMemory(), pageNumbers: plainNumbers() };
}

/**
 * Looks values up in pages that are sorted. That they are is not taken from what the file says of itself: each page is looked through.
 *
 * @param plan reads the column of the lookup alone
 * @param held gets what is not read page by page
 * @returns `undefined` where a page is not sorted, holds nulls or is encoded: then every value is to be tried
 * @throws LarderError `damaged-parquet`, `unsupported-parquet`
 */
export async function findSorted(
  file: OpenedFile,
  parts: FileParts,
  { column, type, isUnsigned, numbers, memory, pageNumbers }: SortedLookup,
  plan: GroupPlan,
  held: HeldBytes,
): Promise<RowRuns | undefined> {
  const [chunk] = plan.columns[0]!;
  const { codec, encodings } = chunk!.chunk.metadata;
  if (!encodings.includes("PLAIN")) return undefined;
  const isOptional = chunk!.leaf.maxDefinition > 0;
  const found = foundRows();
  const covered: number[] = [];
  for await (const piece of searchedPieces(file, parts, plan, held, memory)) {
    let row = piece.firstRow;
    const pages = pagesOf(parts.reader, chunk!, piece.bytes);
    /** Rows of the next page; -1 where there is none, `undefined` where it can't be searched. */
    const findInNext = (): number | undefined => {
      const { value: page } = pages.next();
      if (!page) return -1;
      const { header, body } = page;
      if (!header.data_page_header_v2 && !header.data_page_header) return 0;
      const { encoding, entries, nullCount, values } = pageParts(header, body, codec, 0, isOptional ? 1 : 0);
      // Of a page of version 1 it is not stated that none is null.
      if (encoding !== "PLAIN" || (isOptional && nullCount !== 0)) return undefined;
      if (entries === 0) return 0;
      if (row + entries > plan.group.rows) throw damagedParquet("its pages hold too many rows");
      const ascending = pageNumbers.ascending(type, isUnsigned, values, entries);
      if (!ascending) return undefined;
      if (numbers.ranges) findRanges(numbers.ranges, ascending, entries, row, found);
      else findPoints(numbers.points, ascending, entries, row, found);
      return entries;
    };
    for (;;) {
      if (isTimeToBreathe()) await breathe();
      const rows = parsing(`column ${JSON.stringify(column.name)}`, { column: column.name }, findInNext);
      if (rows === undefined) return undefined;
      if (rows < 0) break;
      row += rows;
    }
    if (piece.rows !== undefined && row !== piece.firstRow + piece.rows) {
      throw damagedParquet("a page does not hold the rows that its index states", { column: column.name });
    }
    covered.push(piece.firstRow, row);
  }
  if (countRows(intersectRuns(Int32Array.from(covered), plan.runs)) < countRows(plan.runs))
    throw damagedParquet("its pages leave out rows", { column: column.name });
  return intersectRuns(runsOfRows(found.rows, found.count), plan.runs);
}

function isNumberType(type: string | undefined): type is NumberType {
  return type === "INT32" || type === "INT64" || type === "FLOAT" || type === "DOUBLE";
}
