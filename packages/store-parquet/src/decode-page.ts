import { countBits } from "./bitmaps.js";
import { damagedParquet, unsupportedParquet } from "./parquet-errors.js";
import type { CompressionCodec, PageHeader, ParquetFileReader } from "./parquet-file-reader.js";
import type { ParquetLeaf } from "./parquet-leaf.js";
import { unpackBitRuns, unpackRuns } from "./run-length.js";

/** One page: which rows hold a value, and the values of those, one after the other. */
export interface DecodedPage {
  readonly rows: number;
  readonly nullCount: number;
  /** Bit 0 is the first row of the page; absent when there is no null. */
  readonly validity?: Uint8Array;
  readonly values: PageValues;
}

/** Values without nulls, in Parquet's physical types. */
export type PageValues = PlainValues | { readonly kind: "indices"; readonly indices: Int32Array };

export type PlainValues =
  | { readonly kind: "fixed"; readonly count: number; readonly width: number; readonly bytes: Uint8Array }
  | { readonly kind: "bits"; readonly count: number; readonly bits: Uint8Array }
  /** Value i is `bytes[starts[i] … ends[i]]`. */
  | {
      readonly kind: "slices";
      readonly count: number;
      readonly starts: Int32Array;
      readonly ends: Int32Array;
      readonly bytes: Uint8Array;
    };

/** What decoding needs to know of the column. */
export interface PageContext {
  readonly reader: ParquetFileReader;
  readonly leaf: ParquetLeaf;
  readonly optional: boolean;
  readonly codec: CompressionCodec;
}

/** Decodes a data page of a flat column. `body` is what follows its header. */
export function decodePage(context: PageContext, header: PageHeader, body: Uint8Array): DecodedPage {
  return header.data_page_header_v2 ? decodeV2(context, header, body) : decodeV1(context, header, body);
}

/** Decodes a dictionary page. */
export function decodeDictionary(context: PageContext, header: PageHeader, body: Uint8Array): PlainValues {
  const { reader, codec, leaf } = context;
  const count = header.dictionary_page_header?.num_values ?? 0;
  return readPlain(leaf, reader.decompress(body, header.uncompressed_page_size, codec), count);
}

function decodeV1(context: PageContext, header: PageHeader, body: Uint8Array): DecodedPage {
  const { reader, codec, optional } = context;
  const page = header.data_page_header;
  if (!page) throw damagedParquet("a page has no header");
  const bytes = reader.decompress(body, header.uncompressed_page_size, codec);
  const rows = page.num_values;
  if (!optional) return withValues(context, page.encoding, bytes, rows, undefined, 0);
  if (page.definition_level_encoding !== "RLE")
    throw unsupportedParquet("definition levels in the old BIT_PACKED encoding");
  const levelBytes = bytes.byteLength < 4 ? -1 : new DataView(bytes.buffer, bytes.byteOffset).getInt32(0, true);
  if (levelBytes < 0 || levelBytes > bytes.byteLength - 4) throw damagedParquet("the levels of a page exceed it");
  const validity = unpackBitRuns(bytes.subarray(4, 4 + levelBytes), rows);
  const nullCount = rows - countBits(validity, 0, rows);
  return withValues(context, page.encoding, bytes.subarray(4 + levelBytes), rows, validity, nullCount);
}

function decodeV2(context: PageContext, header: PageHeader, body: Uint8Array): DecodedPage {
  const { reader, codec, optional } = context;
  const page = header.data_page_header_v2!;
  const levelBytes = page.definition_levels_byte_length + page.repetition_levels_byte_length;
  if (page.repetition_levels_byte_length !== 0 || levelBytes < 0 || levelBytes > body.byteLength) {
    throw damagedParquet("the levels of a page exceed it");
  }
  const rows = page.num_values;
  let bytes = body.subarray(levelBytes);
  const byteLength = header.uncompressed_page_size - levelBytes;
  if (page.is_compressed !== false && byteLength > 0) bytes = reader.decompress(bytes, byteLength, codec);
  if (!optional) return withValues(context, page.encoding, bytes, rows, undefined, 0);
  const validity = unpackBitRuns(body.subarray(0, levelBytes), rows);
  const nullCount = rows - countBits(validity, 0, rows);
  if (nullCount !== page.num_nulls) throw damagedParquet("the number of nulls in a page is not as stated");
  return withValues(context, page.encoding, bytes, rows, validity, nullCount);
}

function withValues(
  context: PageContext,
  encoding: string | undefined,
  bytes: Uint8Array,
  rows: number,
  validity: Uint8Array | undefined,
  nullCount: number,
): DecodedPage {
  const values = readValues(context, encoding, bytes, rows - nullCount);
  return { rows, nullCount, values, ...(validity && nullCount > 0 && { validity }) };
}

function readValues(
  { reader, leaf }: PageContext,
  encoding: string | undefined,
  bytes: Uint8Array,
  count: number,
): PageValues {
  if (count === 0 && encoding !== "PLAIN_DICTIONARY" && encoding !== "RLE_DICTIONARY") return readPlain(leaf, bytes, 0);
  switch (encoding) {
    case "PLAIN":
      return readPlain(leaf, bytes, count);
    case "PLAIN_DICTIONARY":
    case "RLE_DICTIONARY":
      return {
        kind: "indices",
        indices: count === 0 ? new Int32Array(0) : unpackRuns(bytes.subarray(1), bytes[0] ?? 0, count),
      };
    case "RLE":
      if (leaf.type !== "BOOLEAN") break;
      return { kind: "bits", count, bits: unpackBitRuns(bytes.subarray(4), count) };
    case "DELTA_BINARY_PACKED": {
      if (leaf.type !== "INT32" && leaf.type !== "INT64") break;
      const target = leaf.type === "INT32" ? new Int32Array(count) : new BigInt64Array(count);
      reader.deltaIntegers(bytes, target);
      return { kind: "fixed", count, width: target.BYTES_PER_ELEMENT, bytes: new Uint8Array(target.buffer) };
    }
    case "DELTA_LENGTH_BYTE_ARRAY":
    case "DELTA_BYTE_ARRAY":
      return joinSlices(
        leaf,
        reader.deltaBytes(bytes, count, encoding === "DELTA_BYTE_ARRAY" ? "prefixes" : "lengths"),
      );
    case "BYTE_STREAM_SPLIT":
      return unsplit(leaf, bytes, count);
    default:
  }
  throw unsupportedParquet(`values of type ${leaf.type} in the encoding ${encoding}`);
}

/** PLAIN values. @throws LarderError `damaged-parquet` when there are too few */
function readPlain(leaf: ParquetLeaf, bytes: Uint8Array, count: number): PlainValues {
  if (leaf.type === "BOOLEAN") {
    if (bytes.byteLength < Math.ceil(count / 8)) throw tooFew();
    return { kind: "bits", count, bits: bytes };
  }
  if (leaf.type !== "BYTE_ARRAY") {
    const width = physicalWidth(leaf);
    if (bytes.byteLength < count * width) throw tooFew();
    return { kind: "fixed", count, width, bytes: bytes.subarray(0, count * width) };
  }
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 4 > bytes.byteLength) throw tooFew();
    const length = bytes[at]! | (bytes[at + 1]! << 8) | (bytes[at + 2]! << 16) | (bytes[at + 3]! << 24);
    at += 4;
    if (length < 0 || length > bytes.byteLength - at) throw tooFew();
    starts[i] = at;
    at += length;
    ends[i] = at;
  }
  return { kind: "slices", count, starts, ends, bytes };
}

function physicalWidth({ type, type_length }: ParquetLeaf): number {
  switch (type) {
    case "INT32":
    case "FLOAT":
      return 4;
    case "INT64":
    case "DOUBLE":
      return 8;
    case "INT96":
      return 12;
    default:
      if (!type_length || type_length < 0) throw damagedParquet("a column of fixed length has no length");
      return type_length;
  }
}

function joinSlices(leaf: ParquetLeaf, values: readonly Uint8Array[]): PlainValues {
  const count = values.length;
  const starts = new Int32Array(count);
  const ends = new Int32Array(count);
  let total = 0;
  for (let i = 0; i < count; i++) {
    starts[i] = total;
    total += values[i]!.byteLength;
    ends[i] = total;
  }
  const bytes = Buffer.concat(values as Uint8Array[], total);
  if (leaf.type === "BYTE_ARRAY") return { kind: "slices", count, starts, ends, bytes };
  const width = physicalWidth(leaf);
  if (values.some((value) => value.byteLength !== width))
    throw damagedParquet("a value of fixed length has another length");
  return { kind: "fixed", count, width, bytes };
}

function unsplit(leaf: ParquetLeaf, bytes: Uint8Array, count: number): PlainValues {
  const width = physicalWidth(leaf);
  if (bytes.byteLength < width * count) throw tooFew();
  const joined = new Uint8Array(width * count);
  for (let part = 0; part < width; part++) {
    for (let i = 0; i < count; i++) joined[i * width + part] = bytes[part * count + i]!;
  }
  return { kind: "fixed", count, width, bytes: joined };
}

function tooFew(): Error {
  return damagedParquet("a page holds fewer values than it states");
}
