import { type FileMetaData, parquetMetadata } from "hyparquet";
import { deserializeTCompactProtocol } from "hyparquet/src/thrift.js";

/** A stretch of bytes of a file. */
export type Span = readonly [start: number, end: number];

/** Where the parts of one page lie. */
export interface PageSpans {
  readonly header: Span;
  /** Repetition and definition levels, where they are not compressed together with the values. */
  readonly levels: Span;
  readonly values: Span;
}

/** Where the parts of a file lie that a reader of one column looks at. */
export interface ColumnSpans {
  /** Dictionary pages and data pages, in the order of the file. */
  readonly pages: readonly PageSpans[];
  /** Offset indexes and column indexes. */
  readonly indexes: readonly Span[];
}

/** Finds the parts of a column of a sound file, by hyparquet's Thrift reader alone. */
export function columnSpans(bytes: Uint8Array, column: string): ColumnSpans {
  const file = bytes.buffer.slice(bytes.byteOffset, bytes.byteOffset + bytes.byteLength) as ArrayBuffer;
  const metadata = parquetMetadata(file, { geoparquet: false });
  const isOptional = metadata.schema.find(({ name }) => name === column)!.repetition_type !== "REQUIRED";
  const pages: PageSpans[] = [];
  const indexes: Span[] = [];
  for (const chunk of chunksOf(metadata, column)) {
    const {
      dictionary_page_offset: dictionary,
      data_page_offset: data,
      total_compressed_size: size,
    } = chunk.meta_data!;
    let at = Number(dictionary === undefined || dictionary > data || dictionary <= 0n ? data : dictionary);
    const end = at + Number(size);
    while (at < end) {
      const page = pageAt(bytes, at, isOptional, chunk.meta_data!.codec === "UNCOMPRESSED");
      pages.push(page);
      at = page.values[1];
    }
    for (const [offset, length] of [
      [chunk.offset_index_offset, chunk.offset_index_length],
      [chunk.column_index_offset, chunk.column_index_length],
    ]) {
      if (offset !== undefined && length) indexes.push([Number(offset), Number(offset) + Number(length)]);
    }
  }
  return { pages, indexes };
}

/** The footer with its length and the last four bytes. */
export function footerSpan(bytes: Uint8Array): Span {
  const end = bytes.byteLength;
  const length = new DataView(bytes.buffer, bytes.byteOffset).getUint32(end - 8, true);
  return [end - 8 - length, end];
}

function chunksOf({ row_groups: groups }: FileMetaData, column: string): FileMetaData["row_groups"][number]["columns"] {
  return groups.flatMap(({ columns }) => columns.filter((chunk) => chunk.meta_data!.path_in_schema[0] === column));
}

/** Source of the numbers: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift */
function pageAt(bytes: Uint8Array, start: number, isOptional: boolean, isPlain: boolean): PageSpans {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const reader = { view, offset: start };
  const header = deserializeTCompactProtocol(reader) as Readonly<Record<string, unknown>>;
  const body = reader.offset;
  const end = body + (header.field_3 as number);
  const second = header.field_8 as { field_5: number; field_6: number } | undefined;
  let levels = 0;
  if (second) levels = second.field_5 + second.field_6;
  else if (header.field_1 === 0 && isOptional && isPlain) levels = 4 + view.getUint32(body, true);
  return { header: [start, body], levels: [body, body + levels], values: [body + levels, end] };
}
