import { brotliDecompressSync, gunzipSync } from "node:zlib";
import type { CompressionCodec, FileMetaData, PageHeader } from "hyparquet";

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

/** What this package asks of hyparquet. The one module that uses it and hyparquet-compressors. */
export interface ParquetFileReader {
  /** The footer, from bytes that end where the file ends. */
  readonly footer: (tail: Uint8Array) => FileMetaData;
  /** Where the pages of a column chunk lie, from its offset index. */
  readonly pageLocations: (index: Uint8Array) => PageLocation[];
  /** The page header at `offset`, and where it ends. */
  readonly pageHeader: (chunk: Uint8Array, offset: number) => { header: PageHeader; end: number };
  /** Bytes of a page as they were before compression; must come to `byteLength`. */
  readonly decompress: (bytes: Uint8Array, byteLength: number, codec: CompressionCodec) => Uint8Array;
  /** DELTA_BINARY_PACKED. */
  readonly deltaIntegers: (body: Uint8Array, target: Int32Array | BigInt64Array) => void;
  /** DELTA_LENGTH_BYTE_ARRAY and DELTA_BYTE_ARRAY. */
  readonly deltaBytes: (body: Uint8Array, count: number, encoding: "lengths" | "prefixes") => Uint8Array[];
}

/** One page of a column chunk. `offset` counts from the start of the file, rows from that of the row group. */
export interface PageLocation {
  readonly offset: number;
  readonly byteLength: number;
  readonly firstRow: number;
}

type Decompressor = (bytes: Uint8Array, byteLength: number) => Uint8Array;

let loaded: Promise<ParquetFileReader> | undefined;
let moreCodecs: Partial<Record<CompressionCodec, Decompressor>> | undefined;

/** Loads hyparquet on first use. */
export function loadParquetReader(): Promise<ParquetFileReader> {
  loaded ??= makeReader().catch((error: unknown) => {
    loaded = undefined;
    throw error;
  });
  return loaded;
}

/** Loads what decompressing these codecs needs; to be awaited before pages are read. */
export async function loadCodecs(codecs: Iterable<CompressionCodec>): Promise<void> {
  for (const codec of codecs) {
    if (moreCodecs || codec === "UNCOMPRESSED" || codec === "SNAPPY" || codec in nativeCodecs) continue;
    const { compressors } = await import("hyparquet-compressors");
    // Node has zstd from 22.15 on, several times faster.
    const zlib = (await import("node:zlib")) as { zstdDecompressSync?: (bytes: Uint8Array) => Uint8Array };
    const zstd = zlib.zstdDecompressSync;
    moreCodecs = { ...compressors, ...(zstd && { ZSTD: (bytes: Uint8Array) => zstd(bytes) }) };
  }
}

const nativeCodecs: Partial<Record<CompressionCodec, Decompressor>> = {
  GZIP: (bytes, byteLength) => gunzipSync(bytes, { maxOutputLength: Math.max(byteLength, 1) }),
  BROTLI: (bytes, byteLength) => brotliDecompressSync(bytes, { maxOutputLength: Math.max(byteLength, 1) }),
};

async function makeReader(): Promise<ParquetFileReader> {
  const [{ parquetMetadata, readOffsetIndex }, { parquetHeader }, { decompressPage }, delta] = await Promise.all([
    import("hyparquet"),
    import("hyparquet/src/column.js"),
    import("hyparquet/src/datapage.js"),
    import("hyparquet/src/delta.js"),
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
    pageLocations(index) {
      checkThrift(index, 0);
      return readOffsetIndex({ view: viewOf(index), offset: 0 }).page_locations.map((location) => ({
        offset: Number(location.offset),
        byteLength: location.compressed_page_size,
        firstRow: Number(location.first_row_index),
      }));
    },
    pageHeader(chunk, offset) {
      checkThrift(chunk, offset);
      const reader = { view: viewOf(chunk), offset };
      const header = parquetHeader(reader);
      return { header, end: reader.offset };
    },
    decompress: (bytes, byteLength, codec) =>
      decompressPage(bytes, byteLength, codec, { ...moreCodecs, ...nativeCodecs }),
    deltaIntegers(body, target) {
      delta.deltaBinaryUnpack({ view: viewOf(body), offset: 0 }, target.length, target);
    },
    deltaBytes(body, count, encoding) {
      const values: Uint8Array[] = new Array(count);
      const reader = { view: viewOf(body), offset: 0 };
      if (encoding === "lengths") delta.deltaLengthByteArray(reader, count, values);
      else delta.deltaByteArray(reader, count, values);
      return values;
    },
  };
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
