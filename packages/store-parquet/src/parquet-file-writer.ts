import type { EncodedChunk } from "./encode-column.js";
import type { EncodedPage } from "./encode-pages.js";
import type {
  ColumnChunk,
  CompressionCodec,
  KeyValue,
  OffsetIndex,
  PageHeader,
  RowGroup,
  SchemaElement,
} from "./parquet-file-reader.js";
import type { ParquetLeaf } from "./parquet-leaf.js";

/** Puts encoded pages, their headers, the page index and the footer together. The one module that uses hyparquet-writer. */
export interface ParquetFileWriter {
  /** Adds a row group: one chunk for each column of the schema, in its order. */
  addRowGroup(rows: number, chunks: readonly EncodedChunk[]): void;
  /** The whole file. */
  finish(): Uint8Array;
}

/** What a file is made of besides its rows. */
export interface ParquetFileOptions {
  readonly columns: readonly { readonly name: string; readonly leaf: ParquetLeaf; readonly optional: boolean }[];
  readonly metadata: readonly KeyValue[];
  readonly compression: "none" | "snappy";
}

const magic = Uint8Array.of(0x50, 0x41, 0x52, 0x31);

/** Begins a file. Loads hyparquet-writer, which takes a while the first time. */
export async function createParquetFile(options: ParquetFileOptions): Promise<ParquetFileWriter> {
  const [{ ByteWriter }, { writePageHeader }, { writeIndexes }, { writeMetadata }, { snappyCompress }] =
    await Promise.all([
      import("hyparquet-writer"),
      import("hyparquet-writer/src/datapage.js"),
      import("hyparquet-writer/src/indexes.js"),
      import("hyparquet-writer/src/metadata.js"),
      import("hyparquet-writer/src/snappy.js"),
    ]);
  const codec: CompressionCodec = options.compression === "snappy" ? "SNAPPY" : "UNCOMPRESSED";
  const parts: Uint8Array[] = [magic];
  const rowGroups: RowGroup[] = [];
  const pageIndexes: { chunk: ColumnChunk; offsetIndex?: OffsetIndex }[] = [];
  let offset = magic.byteLength;
  let totalRows = 0;

  const push = (part: Uint8Array): void => {
    parts.push(part);
    offset += part.byteLength;
  };
  const pushHeader = (header: PageHeader): number => {
    const writer = new ByteWriter(64);
    writePageHeader(writer, header);
    push(writer.getBytes());
    return writer.offset;
  };
  const compressed = (body: Uint8Array): Uint8Array => {
    if (codec === "UNCOMPRESSED" || body.byteLength === 0) return body;
    const smaller = snappyCompress(body);
    return smaller.byteLength < body.byteLength ? smaller : body;
  };

  /** Returns the uncompressed size with the header. */
  const pushDictionaryPage = ({ entries, body }: NonNullable<EncodedChunk["dictionaryPage"]>): number => {
    // A dictionary page can't say that it is not compressed, so it always is where the column's codec says so.
    const stored = codec === "UNCOMPRESSED" ? body : snappyCompress(body);
    const headerBytes = pushHeader({
      type: "DICTIONARY_PAGE",
      uncompressed_page_size: body.byteLength,
      compressed_page_size: stored.byteLength,
      dictionary_page_header: { num_values: entries, encoding: "PLAIN" },
    });
    push(stored);
    return headerBytes + body.byteLength;
  };

  const pushDataPage = ({ rows, nullCount, encoding, levels, body }: EncodedPage): number => {
    const stored = compressed(body);
    const headerBytes = pushHeader({
      type: "DATA_PAGE_V2",
      uncompressed_page_size: levels.byteLength + body.byteLength,
      compressed_page_size: levels.byteLength + stored.byteLength,
      data_page_header_v2: {
        num_values: rows,
        num_nulls: nullCount,
        num_rows: rows,
        encoding,
        definition_levels_byte_length: levels.byteLength,
        repetition_levels_byte_length: 0,
        is_compressed: stored !== body,
      },
    });
    push(levels);
    push(stored);
    return headerBytes + levels.byteLength + body.byteLength;
  };

  const pushChunk = (name: string, leaf: ParquetLeaf, encoded: EncodedChunk): ColumnChunk => {
    const start = offset;
    let uncompressed = encoded.dictionaryPage ? pushDictionaryPage(encoded.dictionaryPage) : 0;
    const firstPage = offset;
    const locations: OffsetIndex["page_locations"] = [];
    for (const page of encoded.pages) {
      const pageStart = offset;
      uncompressed += pushDataPage(page);
      locations.push({
        offset: BigInt(pageStart),
        compressed_page_size: offset - pageStart,
        first_row_index: BigInt(page.firstRow),
      });
    }
    const chunk: ColumnChunk = {
      file_offset: BigInt(start),
      meta_data: {
        type: leaf.type,
        encodings: [...encoded.encodings],
        path_in_schema: [name],
        codec,
        num_values: BigInt(encoded.rows),
        total_uncompressed_size: BigInt(uncompressed),
        total_compressed_size: BigInt(offset - start),
        data_page_offset: BigInt(firstPage),
        ...(encoded.dictionaryPage && { dictionary_page_offset: BigInt(start) }),
        statistics: {
          null_count: BigInt(encoded.nullCount),
          ...(encoded.bounds && { min_value: encoded.bounds.min, max_value: encoded.bounds.max }),
        },
      },
    };
    pageIndexes.push({ chunk, offsetIndex: { page_locations: locations } });
    return chunk;
  };

  return {
    addRowGroup(rows, chunks) {
      const start = offset;
      const columns = chunks.map((chunk, i) => pushChunk(options.columns[i]!.name, options.columns[i]!.leaf, chunk));
      const uncompressed = columns.reduce((sum, { meta_data }) => sum + meta_data!.total_uncompressed_size, 0n);
      totalRows += rows;
      rowGroups.push({
        columns,
        total_byte_size: uncompressed,
        num_rows: BigInt(rows),
        file_offset: BigInt(start),
        total_compressed_size: BigInt(offset - start),
      });
    },
    finish() {
      const writer = new ByteWriter(4096);
      writer.offset = offset;
      writeIndexes(writer, pageIndexes);
      writeMetadata(writer, {
        version: 2,
        created_by: "larder",
        schema: schemaElements(options.columns),
        num_rows: BigInt(totalRows),
        row_groups: rowGroups,
        metadata_length: 0,
        key_value_metadata: [...options.metadata],
      });
      push(writer.getBytes());
      push(magic);
      return joined(parts, offset);
    },
  };
}

function schemaElements(columns: ParquetFileOptions["columns"]): SchemaElement[] {
  const root: SchemaElement = { name: "schema", num_children: columns.length };
  return [
    root,
    ...columns.map(
      ({ name, leaf, optional }): SchemaElement => ({
        ...leaf,
        name,
        repetition_type: optional ? "OPTIONAL" : "REQUIRED",
      }),
    ),
  ];
}

function joined(parts: readonly Uint8Array[], byteLength: number): Uint8Array {
  const file = new Uint8Array(byteLength);
  let at = 0;
  for (const part of parts) {
    file.set(part, at);
    at += part.byteLength;
  }
  return file;
}
