import { breathe, isTimeToBreathe } from "./breathe.js";
import { columnIndexOf } from "./column-index.js";
import { listOfStructs } from "./empty-footer.js";
import type { EncodedChunk, EncodedPage } from "./encoded-chunk.js";
import { type Compression, loadPageCompressor } from "./page-compressor.js";
import { columnIndexFields, type OffsetIndexPage, offsetIndexFields } from "./page-index-fields.js";
import type { ColumnChunk, KeyValue, PageHeader, RowGroup, SchemaElement } from "./parquet-file-reader.js";
import type { ParquetLeaf } from "./parquet-leaf.js";
import { writtenStatistics } from "./written-statistics.js";

/**
 * Puts encoded pages, their headers, indexes and the footer together. The one module that uses hyparquet-writer.
 *
 * A file is: row groups, each followed by its bloom filters; column indexes; offset indexes; footer. Readers find the indexes in
 * the bytes that they read for the footer.
 */
export interface ParquetFileWriter {
  /**
   * Adds the chunk of the next leaf of a row group, in the order of the schema. To be awaited before anything else is done; the event
   * loop gets its turns between pages.
   */
  addChunk(chunk: EncodedChunk): Promise<void>;
  /** Ends a row group that has a chunk for every leaf. */
  endRowGroup(rows: number): void;
  /** What was added and not yet taken, in file order. The parts may be views of the table's own memory. */
  take(): Uint8Array[];
  /** Adds indexes and footer, with more metadata behind what was given at first; to be called once, at the end. */
  finish(more?: readonly KeyValue[]): void;
}

/** What a file is made of besides its rows. */
export interface ParquetFileOptions {
  /** The root, and every element below it. */
  readonly schema: readonly SchemaElement[];
  readonly leaves: readonly WrittenLeaf[];
  readonly metadata: readonly KeyValue[];
  readonly compression: Compression;
}

/** A leaf of the schema. */
export interface WrittenLeaf {
  /** Names from the column down to the leaf. */
  readonly path: readonly string[];
  readonly leaf: ParquetLeaf;
}

const magic = Uint8Array.of(0x50, 0x41, 0x52, 0x31);

/**
 * Begins a file. Loads hyparquet-writer, which takes a while the first time.
 *
 * @throws LarderError `invalid-option`, `unsupported-compression`
 */
export async function createParquetFile(options: ParquetFileOptions): Promise<ParquetFileWriter> {
  const [{ ByteWriter }, { writePageHeader }, { serializeTCompactProtocol }, { writeMetadata }] = await Promise.all([
    import("hyparquet-writer"),
    import("hyparquet-writer/src/datapage.js"),
    import("hyparquet-writer/src/thrift.js"),
    import("hyparquet-writer/src/metadata.js"),
  ]);
  const { codec, compress } = await loadPageCompressor(
    options.compression,
    async () => (await import("hyparquet-writer/src/snappy.js")).snappyCompress,
  );
  let parts: Uint8Array[] = [];
  const rowGroups: RowGroup[] = [];
  const indexes: { chunk: ColumnChunk; columnIndex: Uint8Array | undefined; offsetIndex: Uint8Array }[] = [];
  let offset = 0;
  let totalRows = 0;
  let started: StartedRowGroup = { columns: [], bloomFilters: [] };

  const push = (part: Uint8Array): void => {
    if (part.byteLength === 0) return;
    parts.push(part);
    offset += part.byteLength;
  };
  const thrift = (fields: Record<`field_${number}`, unknown>): Uint8Array => {
    const writer = new ByteWriter(256);
    serializeTCompactProtocol(writer, fields);
    return writer.getBytes();
  };
  const pushHeader = (header: PageHeader): number => {
    const writer = new ByteWriter(64);
    writePageHeader(writer, header);
    push(writer.getBytes());
    return writer.offset;
  };
  /** `undefined` where a page is better stored as it is. */
  const compressed = (body: readonly Uint8Array[], byteLength: number): Uint8Array | undefined => {
    // A page without a byte must not be said to be compressed: readers would look for a compressed nothing.
    if (!compress || byteLength === 0) return undefined;
    const smaller = compress(body.length === 1 ? body[0]! : Buffer.concat(body, byteLength));
    return smaller.byteLength < byteLength ? smaller : undefined;
  };

  /** Returns the uncompressed size with the header. */
  const pushDictionaryPage = ({ entries, body }: DictionaryPage): number => {
    // A dictionary page can't say that it is not compressed, so it always is where the column's codec says so.
    const stored = compress ? compress(body) : body;
    const headerBytes = pushHeader({
      type: "DICTIONARY_PAGE",
      uncompressed_page_size: body.byteLength,
      compressed_page_size: stored.byteLength,
      dictionary_page_header: { num_values: entries, encoding: "PLAIN" },
    });
    push(stored);
    return headerBytes + body.byteLength;
  };

  const pushDataPage = (page: EncodedPage): number => {
    const { repetitionLevels, definitionLevels, body } = page;
    const valueBytes = byteLengthOf(body);
    const levelBytes = repetitionLevels.byteLength + definitionLevels.byteLength;
    const smaller = compressed(body, valueBytes);
    const headerBytes = pushHeader({
      type: "DATA_PAGE_V2",
      uncompressed_page_size: levelBytes + valueBytes,
      compressed_page_size: levelBytes + (smaller?.byteLength ?? valueBytes),
      data_page_header_v2: {
        num_values: page.entries,
        num_nulls: page.nullCount,
        num_rows: page.rows,
        encoding: page.encoding,
        definition_levels_byte_length: definitionLevels.byteLength,
        repetition_levels_byte_length: repetitionLevels.byteLength,
        is_compressed: smaller !== undefined,
      },
    });
    push(repetitionLevels);
    push(definitionLevels);
    for (const piece of smaller ? [smaller] : body) push(piece);
    return headerBytes + levelBytes + valueBytes;
  };

  const pushChunk = async ({ path, leaf }: WrittenLeaf, encoded: EncodedChunk): Promise<ColumnChunk> => {
    const start = offset;
    let uncompressed = encoded.dictionaryPage ? pushDictionaryPage(encoded.dictionaryPage) : 0;
    const firstPage = offset;
    const locations: OffsetIndexPage[] = [];
    for (const page of encoded.pages) {
      const pageStart = offset;
      uncompressed += pushDataPage(page);
      locations.push({ field_1: BigInt(pageStart), field_2: offset - pageStart, field_3: BigInt(page.firstRow) });
      if (isTimeToBreathe()) await breathe();
    }
    const chunk: ColumnChunk = {
      file_offset: BigInt(start),
      meta_data: {
        type: leaf.type,
        encodings: [...encoded.encodings],
        path_in_schema: [...path],
        codec,
        num_values: BigInt(encoded.entries),
        total_uncompressed_size: BigInt(uncompressed),
        total_compressed_size: BigInt(offset - start),
        data_page_offset: BigInt(firstPage),
        ...(encoded.dictionaryPage && { dictionary_page_offset: BigInt(start) }),
        statistics: writtenStatistics(leaf, encoded),
      },
    };
    // As bytes at once: a file of many row groups would need much memory for them as objects.
    const columnIndex = columnIndexOf(leaf, encoded.pages);
    indexes.push({
      chunk,
      columnIndex: columnIndex && thrift(columnIndexFields(columnIndex)),
      offsetIndex: thrift(offsetIndexFields(locations, encoded.pages)),
    });
    return chunk;
  };

  push(magic);
  return {
    async addChunk(chunk) {
      const { columns, bloomFilters } = started;
      columns.push(await pushChunk(options.leaves[columns.length]!, chunk));
      bloomFilters.push(chunk.bloomFilter);
    },
    endRowGroup(rows) {
      const { columns, bloomFilters } = started;
      started = { columns: [], bloomFilters: [] };
      const end = offset;
      const start = Number(columns[0]?.file_offset ?? end);
      bloomFilters.forEach((bloomFilter, i) => {
        if (!bloomFilter) return;
        columns[i]!.meta_data!.bloom_filter_offset = BigInt(offset);
        columns[i]!.meta_data!.bloom_filter_length = bloomFilter.byteLength;
        push(bloomFilter);
      });
      totalRows += rows;
      rowGroups.push({
        columns,
        total_byte_size: columns.reduce((sum, { meta_data }) => sum + meta_data!.total_uncompressed_size, 0n),
        num_rows: BigInt(rows),
        file_offset: BigInt(start),
        total_compressed_size: BigInt(end - start),
      });
    },
    take() {
      const taken = parts;
      parts = [];
      return taken;
    },
    finish(more = []) {
      for (const { chunk, columnIndex } of indexes) {
        if (!columnIndex) continue;
        chunk.column_index_offset = BigInt(offset);
        chunk.column_index_length = columnIndex.byteLength;
        push(columnIndex);
      }
      for (const { chunk, offsetIndex } of indexes) {
        chunk.offset_index_offset = BigInt(offset);
        chunk.offset_index_length = offsetIndex.byteLength;
        push(offsetIndex);
      }
      const footer = (groups: RowGroup[]): Uint8Array => {
        const writer = new ByteWriter(4096);
        const metadata = {
          version: 2,
          created_by: "larder",
          schema: [...options.schema],
          num_rows: BigInt(totalRows),
          row_groups: groups,
          metadata_length: 0,
          key_value_metadata: [...options.metadata, ...more],
        };
        // Bounds come short enough already.
        writeMetadata(writer, metadata, Number.POSITIVE_INFINITY);
        return writer.getBytes();
      };
      const noRows: RowGroup = { columns: [], total_byte_size: 0n, num_rows: 0n };
      push(rowGroups.length > 0 ? footer(rowGroups) : listOfStructs(footer([]), footer([noRows])));
      push(magic);
    },
  };
}

/** A row group that has no end yet. */
interface StartedRowGroup {
  readonly columns: ColumnChunk[];
  readonly bloomFilters: (Uint8Array | undefined)[];
}

type DictionaryPage = NonNullable<EncodedChunk["dictionaryPage"]>;

function byteLengthOf(pieces: readonly Uint8Array[]): number {
  let byteLength = 0;
  for (const piece of pieces) byteLength += piece.byteLength;
  return byteLength;
}
