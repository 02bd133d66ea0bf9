import { countBits } from "./bitmaps.js";
import type { ColumnBuilder } from "./column-builder.js";
import { decodeDictionary, decodePage, type PageContext, type PlainValues } from "./decode-page.js";
import { damagedParquet } from "./parquet-errors.js";
import type { ParquetFileReader } from "./parquet-file-reader.js";
import type { ChunkPlan } from "./read-plan.js";

/**
 * Decodes the pages of a column chunk that hold the rows from `from` to `to` into a builder.
 *
 * @param pieces the bytes of the plan's pieces
 * @throws LarderError `damaged-parquet` when pages and footer contradict each other
 */
export function decodeChunk(
  reader: ParquetFileReader,
  { column, chunk, firstRow }: ChunkPlan,
  pieces: readonly Uint8Array[],
  from: number,
  to: number,
  builder: ColumnBuilder,
): void {
  const { metadata } = chunk;
  const context: PageContext = { reader, leaf: column.leaf, optional: column.optional, codec: metadata.codec };
  const most = Number(metadata.num_values);
  const mostBytes = Number(metadata.total_uncompressed_size) + 2 ** 20;
  let row = firstRow;
  let dictionary: PlainValues | undefined;
  let begun = false;
  for (const bytes of pieces) {
    let offset = 0;
    while (row < to && offset < bytes.byteLength) {
      const { header, end } = reader.pageHeader(bytes, offset);
      offset = end + header.compressed_page_size;
      if (!(header.compressed_page_size >= 0 && offset <= bytes.byteLength))
        throw damagedParquet("a page exceeds its column");
      if (!(header.uncompressed_page_size >= 0 && header.uncompressed_page_size <= mostBytes)) {
        throw damagedParquet("a page states more bytes than its column has");
      }
      const body = bytes.subarray(end, offset);
      if (header.type === "DICTIONARY_PAGE") {
        const entries = header.dictionary_page_header?.num_values ?? -1;
        if (!(entries >= 0 && entries <= header.uncompressed_page_size * 8))
          throw damagedParquet("a dictionary has no size");
        dictionary = decodeDictionary(context, header, body);
        continue;
      }
      const rows = header.data_page_header_v2?.num_values ?? header.data_page_header?.num_values;
      if (rows === undefined) continue;
      if (!(Number.isInteger(rows) && rows >= 0 && row + rows <= most))
        throw damagedParquet("its pages hold too many rows");
      if (row + rows > from) {
        if (!begun) builder.beginChunk(dictionary);
        begun = true;
        const page = decodePage(context, header, body);
        const start = Math.max(from - row, 0);
        const stop = Math.min(to - row, rows);
        const first = page.validity ? countBits(page.validity, 0, start) : start;
        const last = page.validity ? first + countBits(page.validity, start, stop - start) : stop;
        builder.append(page, start, stop, first, last);
      }
      row += rows;
    }
  }
  if (row < to) throw damagedParquet("its pages hold too few rows");
}
