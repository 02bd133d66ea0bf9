import type { FileMetaData, PageHeader } from "hyparquet";

export type {
  ColumnChunk,
  ColumnMetaData,
  CompressionCodec,
  Encoding,
  FileMetaData,
  KeyValue,
  LogicalType,
  OffsetIndex,
  PageHeader,
  ParquetType,
  RowGroup,
  SchemaElement,
  TimeUnit,
} from "hyparquet";

import { checkThrift } from "./check-thrift.js";
import { readPageBounds, readPageHeader, readPageLocations } from "./page-header.js";

/** What this package asks of a Parquet file's metadata. The one module that uses hyparquet. */
export interface ParquetFileReader {
  /** The footer, from bytes that end where the file ends. */
  readonly footer: (tail: Uint8Array) => FileMetaData;
  /** Where the pages of a column chunk lie, from its offset index. */
  readonly pageLocations: (index: Uint8Array) => PageLocation[];
  /** The page header at `offset`, and where it ends. */
  readonly pageHeader: (chunk: Uint8Array, offset: number) => { header: PageHeader; end: number };
  /** Bounds and counts of nulls as they are stored, from bytes that end where the file ends. */
  readonly statistics: (tail: Uint8Array) => FooterStatistics;
  /** Bounds of the pages of a column chunk, from its column index. */
  readonly pageBounds: (index: Uint8Array) => PageBounds;
  /** The size of a bloom filter and where its bits begin, from its header; `undefined` when it is of another kind than split blocks of XXH64. */
  readonly bloomHeader: (bytes: Uint8Array) => { readonly byteLength: number; readonly start: number } | undefined;
}

/** Statistics in the footer, not interpreted. Bounds are PLAIN values, without the length in front of bytes. */
export interface FooterStatistics {
  /** For each leaf, whether its bounds are in the order that its type defines; `undefined` where the file does not say. */
  readonly typeOrdered: readonly (boolean | undefined)[];
  /** For each row group, for each leaf. */
  readonly chunks: readonly (readonly ChunkStatistics[])[];
}

/** Statistics of one column chunk; what is not stated is left out. */
export interface ChunkStatistics {
  readonly min?: Uint8Array;
  readonly max?: Uint8Array;
  /** Bounds of before column orders, compared as signed. */
  readonly oldMin?: Uint8Array;
  readonly oldMax?: Uint8Array;
  readonly nullCount?: number;
}

/** Bounds of pages, as stored. */
export interface PageBounds {
  /** Whether a page holds nulls only; its bounds then mean nothing. */
  readonly nullPages: readonly boolean[];
  readonly mins: readonly Uint8Array[];
  readonly maxs: readonly Uint8Array[];
  readonly nullCounts?: readonly number[];
}

/** One page of a column chunk. `offset` counts from the start of the file, rows from that of the row group. */
export interface PageLocation {
  readonly offset: number;
  readonly byteLength: number;
  readonly firstRow: number;
  /** Bytes of the values of a page of text or bytes, without their lengths, where the index states them. */
  readonly unencodedBytes?: number;
}

let loaded: Promise<ParquetFileReader> | undefined;

/** Loads hyparquet on first use. */
export function loadParquetReader(): Promise<ParquetFileReader> {
  loaded ??= makeReader().catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

async function makeReader(): Promise<ParquetFileReader> {
  const [{ parquetMetadata }, { deserializeTCompactProtocol }] = await Promise.all([
    import("hyparquet"),
    import("hyparquet/src/thrift.js"),
  ]);
  const same = (value: unknown) => value as never;
  return {
    // Bounds in the footer stay as stored: a Date would lose their precision.
    footer(tail) {
      const length = viewOf(tail).getUint32(tail.byteLength - 8, true);
      checkThrift(tail.subarray(tail.byteLength - 8 - length, tail.byteLength - 8), 0);
      return parquetMetadata(tail, {
        geoparquet: false,
        parsers: {
          timestampFromMilliseconds: same,
          timestampFromMicroseconds: same,
          timestampFromNanoseconds: same,
          dateFromDays: same,
          stringFromBytes: same,
        },
      });
    },
    pageLocations: readPageLocations,
    pageHeader: readPageHeader,
    pageBounds: readPageBounds,
    statistics(tail) {
      const end = tail.byteLength - 8;
      const length = viewOf(tail).getUint32(end, true);
      const footer: RawStruct = deserializeTCompactProtocol({
        view: viewOf(tail.subarray(0, end)),
        offset: end - length,
      });
      return rawStatistics(footer);
    },
    bloomHeader(bytes) {
      checkThrift(bytes, 0);
      const reader = { view: viewOf(bytes), offset: 0 };
      const { field_1, field_2, field_3, field_4 }: RawStruct = deserializeTCompactProtocol(reader);
      const isKnown = Boolean(field_2?.field_1 && field_3?.field_1 && field_4?.field_1);
      return isKnown && field_1 > 0 && field_1 % 32 === 0 ? { byteLength: field_1, start: reader.offset } : undefined;
    },
  };
}

// biome-ignore lint/suspicious/noExplicitAny: fields of Thrift structs by number, as hyparquet gives them
type RawStruct = { readonly [field: `field_${number}`]: any };

/** Source of the numbers: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift */
function rawStatistics(footer: RawStruct): FooterStatistics {
  return {
    typeOrdered: (footer.field_7 ?? []).map((order: RawStruct) => order.field_1 !== undefined),
    chunks: footer.field_4.map((group: RawStruct) =>
      group.field_1.map((chunk: RawStruct): ChunkStatistics => {
        const stated: RawStruct = chunk.field_3?.field_12 ?? {};
        return {
          ...(stated.field_6 && { min: stated.field_6 }),
          ...(stated.field_5 && { max: stated.field_5 }),
          ...(stated.field_2 && { oldMin: stated.field_2 }),
          ...(stated.field_1 && { oldMax: stated.field_1 }),
          ...(stated.field_3 !== undefined && { nullCount: Number(stated.field_3) }),
        };
      }),
    ),
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
