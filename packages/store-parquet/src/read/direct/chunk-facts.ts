import type { ReadableColumn, StoredChunk } from "../../format/file-layout.js";
import { damagedParquet } from "../../format/parquet-errors.js";
import type { PageLocation } from "../../format/parquet-file-reader.js";
import { checkedDictionary, pageAt } from "../decode-chunk.js";
import type { PlainValues } from "../decode-values.js";
import type { FileParts, OpenedFile } from "../opened-file.js";
import { type GroupPlan, locatePages } from "../read-plan.js";
import type { PageForm } from "./page-form.js";
import type { DirectColumn } from "./read-direct.js";

/** What is known of a chunk before its pages are read. */
export interface ChunkFacts {
  readonly chunk: StoredChunk;
  /** At least one, in order, the first with row 0: as the offset index has them, checked to lie within the chunk. */
  readonly locations: readonly PageLocation[];
  /** Nulls of each page. */
  readonly nullCounts: readonly number[];
  /** Where the first data page must begin. */
  readonly start: number;
  readonly dictionary?: PlainValues;
}

/** Reads the page indexes of all columns at once, so that there is no waiting for one after the other. */
export async function readPageIndexes(file: OpenedFile, columns: readonly DirectColumn[]): Promise<void> {
  const ranges = columns.flatMap(({ column, plans }) =>
    plans.flatMap(({ group }) => {
      const chunk = group.chunks[column.leaves[0]!.chunkIndex]!;
      const needsBounds = column.leaves[0]!.maxDefinition > 0 && statedNulls(chunk) === undefined;
      return [chunk.offsetIndex, needsBounds ? chunk.columnIndex : undefined];
    }),
  );
  await file.readIndexes(ranges.filter((range) => range !== undefined));
}

/**
 * What footer, page indexes and dictionary pages say of a column's chunks, or `undefined` where that is too little.
 *
 * @throws LarderError `damaged-parquet`, `unsupported-parquet`
 */
export async function chunkFacts(
  file: OpenedFile,
  parts: FileParts,
  column: ReadableColumn,
  form: PageForm,
  plans: readonly GroupPlan[],
): Promise<ChunkFacts[] | undefined> {
  const leaf = column.leaves[0]!;
  const found = await Promise.all(
    plans.map(async ({ group }): Promise<ChunkFacts | undefined> => {
      const chunk = group.chunks[leaf.chunkIndex]!;
      const [locations] = await locatePages(file, parts.reader, group, [leaf]);
      const nullCounts =
        locations && (leaf.maxDefinition === 0 ? locations.map(() => 0) : await nullsOf(file, parts, chunk, locations));
      if (!locations || !nullCounts) return undefined;
      const { start } = chunk;
      if (form.kind !== "indices") return { chunk, locations, nullCounts, start };
      const end = locations[0]!.offset;
      if (end === start) return undefined;
      const bytes = await file.readRange({ start, end });
      const page = pageAt(parts.reader, chunk, bytes, 0);
      if (page.header.type !== "DICTIONARY_PAGE" || page.end !== bytes.byteLength) return undefined;
      const { reader } = parts;
      const context = { reader, leaf: leaf.leaf, optional: leaf.maxDefinition > 0, codec: chunk.metadata.codec };
      const dictionary = checkedDictionary(context, page.header, page.body);
      return { chunk, locations, nullCounts, start: end, dictionary };
    }),
  );
  const known = found.filter((facts) => facts !== undefined);
  return known.length === plans.length ? known : undefined;
}

/** Nulls of each page: from the footer where it says that there are none or nothing else, else from the column index. */
async function nullsOf(
  file: OpenedFile,
  { reader }: FileParts,
  chunk: StoredChunk,
  locations: readonly PageLocation[],
): Promise<number[] | undefined> {
  const rowsOf = (i: number): number => (locations[i + 1]?.firstRow ?? chunk.rows) - locations[i]!.firstRow;
  const stated = statedNulls(chunk);
  if (stated !== undefined) return locations.map((_, i) => (stated === "none" ? 0 : rowsOf(i)));
  if (!chunk.columnIndex) return undefined;
  const [index] = await file.readIndexes([chunk.columnIndex]);
  const { nullCounts } = reader.pageBounds(index!);
  if (nullCounts?.length !== locations.length) return undefined;
  if (!nullCounts.every((count, i) => Number.isInteger(count) && count >= 0 && count <= rowsOf(i)))
    throw damagedParquet("its column index counts more nulls than rows");
  return [...nullCounts];
}

function statedNulls({ metadata, rows }: StoredChunk): "none" | "all" | undefined {
  const count = metadata.statistics?.null_count;
  if (count === undefined) return undefined;
  return Number(count) === 0 ? "none" : Number(count) === rows ? "all" : undefined;
}
