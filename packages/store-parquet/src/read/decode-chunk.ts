import { countBits } from "../format/bitmaps.js";
import { breathe, isTimeToBreathe } from "../format/breathe.js";
import type { StoredChunk } from "../format/file-layout.js";
import { damagedParquet } from "../format/parquet-errors.js";
import type { PageHeader, ParquetFileReader } from "../format/parquet-file-reader.js";
import type { ColumnBuilder } from "./column-builder.js";
import { type DecodeMemory, withDecodeMemory } from "./decode-memory.js";
import { type DecodedPage, decodeDictionary, decodePage, type PageContext, type PlainValues } from "./decode-page.js";
import type { PagesOfPiece } from "./page-stream.js";
import { plainHere } from "./pages-ahead.js";
import type { ChunkPlan } from "./read-plan.js";
import { areAllRows, type RowRuns } from "./row-runs.js";

/**
 * Decodes the rows of a flat column chunk into a builder. The event loop gets its turn between pages.
 *
 * @param pagesOfPiece the pages of the plan's pieces
 * @throws LarderError `damaged-parquet` when pages and footer contradict each other
 */
export async function decodeChunk(
  reader: ParquetFileReader,
  plan: ChunkPlan,
  pagesOfPiece: PagesOfPiece,
  runs: RowRuns,
  builder: ColumnBuilder,
): Promise<void> {
  await withDecodeMemory((memory) => decodePages(reader, plan, pagesOfPiece, runs, builder, memory));
}

async function decodePages(
  reader: ParquetFileReader,
  plan: ChunkPlan,
  pagesOfPiece: PagesOfPiece,
  runs: RowRuns,
  builder: ColumnBuilder,
  memory: DecodeMemory,
): Promise<void> {
  const { leaf } = plan;
  const { metadata } = plan.chunk;
  const { codec } = metadata;
  const takesText = builder.takesText === true && areAllRows(runs, plan.chunk.rows);
  const context: PageContext = {
    reader,
    leaf: leaf.leaf,
    optional: leaf.maxDefinition > 0,
    codec,
    memory,
    takesText,
  };
  const most = Number(metadata.num_values);
  let dictionary: PlainValues | undefined;
  let begun = false;
  /** The run that is not yet done, and where its next row is. */
  let run = 0;
  let next = runs[0] ?? 0;

  const appendRuns = (page: DecodedPage, row: number): void => {
    let counted = 0;
    let values = 0;
    const valuesBefore = (at: number): number => {
      if (!page.validity || at === 0) return at;
      if (at === page.rows) return at - page.nullCount;
      values += countBits(page.validity, counted, at - counted);
      counted = at;
      return values;
    };
    while (run < runs.length && next < row + page.rows) {
      if (next < row) throw damagedParquet("its pages leave out rows");
      const start = next - row;
      const stop = Math.min(runs[run + 1]! - row, page.rows);
      const first = valuesBefore(start);
      const last = valuesBefore(stop);
      builder.append(page, start, stop, first, last);
      next = row + stop;
      if (next < runs[run + 1]!) break;
      run += 2;
      next = runs[run] ?? 0;
    }
  };

  for (const [i, { firstRow }] of plan.pieces.entries()) {
    let row = firstRow;
    const pages = pagesOfPiece(i, reader);
    for (let page = await pages.next(); page; page = await pages.next()) {
      if (run >= runs.length) return;
      if (isTimeToBreathe()) await breathe();
      const { header, body } = page;
      const plain = page.plain && (await page.plain);
      if (header.type === "DICTIONARY_PAGE") {
        dictionary = checkedDictionary(context, header, body, plain);
        continue;
      }
      const rows = header.data_page_header_v2?.num_values ?? header.data_page_header?.num_values;
      if (rows === undefined) continue;
      if (!(Number.isInteger(rows) && rows >= 0 && row + rows <= most))
        throw damagedParquet("its pages hold too many rows");
      if (row + rows > next) {
        if (!begun) builder.beginChunk(dictionary);
        begun = true;
        appendRuns(decodePage(context, header, body, plain ?? plainHere(page, codec, memory)), row);
      }
      row += rows;
    }
  }
  if (run < runs.length) throw damagedParquet("its pages hold too few rows");
}

/**
 * The pages in a piece of a chunk, each checked to lie within it. What is behind its stated end is a page only while
 * values are missing: see `unstatedBytes` in `file-layout.ts`.
 */
export function* pagesOf(reader: ParquetFileReader, { chunk }: ChunkPlan, bytes: Uint8Array): Generator<PageAt> {
  const { metadata } = chunk;
  let left = Number(metadata.num_values);
  let offset = 0;
  while (offset < bytes.byteLength && (left > 0 || offset < Number(metadata.total_compressed_size))) {
    const page = pageAt(reader, chunk, bytes, offset);
    left -= page.header.data_page_header_v2?.num_values ?? page.header.data_page_header?.num_values ?? 0;
    offset = page.end;
    yield page;
  }
}

/** A page, and where it ends among the bytes it was found in. */
export interface PageAt {
  readonly header: PageHeader;
  readonly body: Uint8Array;
  readonly end: number;
}

/** The page of a chunk that begins at an offset, checked to lie within the bytes. @throws LarderError `damaged-parquet` */
export function pageAt(reader: ParquetFileReader, chunk: StoredChunk, bytes: Uint8Array, offset: number): PageAt {
  const { header, end: start } = reader.pageHeader(bytes, offset);
  checkPageSizes(header, chunk);
  const end = start + header.compressed_page_size;
  if (end > bytes.byteLength) throw damagedParquet("a page exceeds its column");
  return { header, body: bytes.subarray(start, end), end };
}

/** Sizes that a page of a chunk may state. @throws LarderError `damaged-parquet` */
export function checkPageSizes(header: PageHeader, { metadata }: StoredChunk): void {
  if (!(header.compressed_page_size >= 0)) throw damagedParquet("a page exceeds its column");
  const mostBytes = Number(metadata.total_uncompressed_size) + 2 ** 20;
  if (!(header.uncompressed_page_size >= 0 && header.uncompressed_page_size <= mostBytes)) {
    throw damagedParquet("a page states more bytes than its column has");
  }
}

/** The dictionary of a chunk. */
export function checkedDictionary(
  context: PageContext,
  header: PageHeader,
  body: Uint8Array,
  plain?: Uint8Array,
): PlainValues {
  const entries = header.dictionary_page_header?.num_values ?? -1;
  if (!(entries >= 0 && entries <= header.uncompressed_page_size * 8)) throw damagedParquet("a dictionary has no size");
  return decodeDictionary(context, header, body, plain);
}
