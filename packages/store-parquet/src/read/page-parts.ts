import { decompress } from "../format/decompress.js";
import { checkPageCrc } from "../format/page-crc.js";
import { damagedParquet, unsupportedParquet } from "../format/parquet-errors.js";
import type { CompressionCodec, Encoding, PageHeader } from "../format/parquet-file-reader.js";
import { packedBytes, unpackOldLevels, unpackRuns } from "../format/run-length.js";

/** A data page of either version, decompressed and taken apart. */
export interface PageParts {
  /** How many levels there are: one for each value and each null. */
  readonly entries: number;
  /** Absent where nothing repeats. */
  readonly repetition?: StoredLevels;
  /** Absent where nothing is optional. */
  readonly definition?: StoredLevels;
  /** As the header of version 2 states them. */
  readonly nullCount?: number;
  readonly rows?: number;
  readonly encoding: Encoding | undefined;
  /** The values, encoded. */
  readonly values: Uint8Array;
}

/** Levels as they are stored. */
export interface StoredLevels {
  readonly bytes: Uint8Array;
  /** The deprecated BIT_PACKED encoding. */
  readonly old: boolean;
  readonly most: number;
}

/** What of a page is compressed, and how many bytes it must come to. */
export interface CompressedPart {
  readonly bytes: Uint8Array;
  readonly byteLength: number;
}

/**
 * What of a page of any kind is compressed, if its codec compresses anything.
 *
 * @param body what follows the header
 * @throws LarderError `damaged-parquet`
 */
export function compressedPart(
  header: PageHeader,
  body: Uint8Array,
  codec: CompressionCodec,
): CompressedPart | undefined {
  if (codec === "UNCOMPRESSED") return undefined;
  const page = header.data_page_header_v2;
  if (!page) return { bytes: body, byteLength: header.uncompressed_page_size };
  const levelBytes = levelBytesOf(page, body);
  const byteLength = header.uncompressed_page_size - levelBytes;
  if (byteLength < 0) throw damagedParquet("the levels of a page exceed it");
  // Nothing, compressed, may be a byte or more: what is stored of an empty page does not count.
  if (byteLength === 0 || page.is_compressed === false) return undefined;
  return { bytes: body.subarray(levelBytes), byteLength };
}

/**
 * Takes a data page apart; its checksum is verified where it has one.
 *
 * @param body what follows the header
 * @param plain what its {@link compressedPart} has been decompressed to, where that has been done
 * @throws LarderError `damaged-parquet`, `unsupported-parquet`
 */
export function pageParts(
  header: PageHeader,
  body: Uint8Array,
  codec: CompressionCodec,
  maxRepetition: number,
  maxDefinition: number,
  plain?: Uint8Array,
): PageParts {
  checkPageCrc(header, body);
  if (header.data_page_header_v2) return partsOfV2(header, body, codec, maxRepetition, maxDefinition, plain);
  const page = header.data_page_header;
  if (!page) throw damagedParquet("a page has no header");
  const entries = checkedCount(page.num_values);
  let rest = plain ?? decompress(body, header.uncompressed_page_size, codec);
  const take = (most: number, encoding: string | undefined): StoredLevels => {
    const stored = oldOrRuns(rest, encoding, most, entries);
    rest = rest.subarray(stored.end);
    return { bytes: stored.bytes, old: encoding === "BIT_PACKED", most };
  };
  // Repetition levels stand before definition levels.
  const repetition = maxRepetition > 0 ? take(maxRepetition, page.repetition_level_encoding) : undefined;
  const definition = maxDefinition > 0 ? take(maxDefinition, page.definition_level_encoding) : undefined;
  return {
    entries,
    ...(repetition && { repetition }),
    ...(definition && { definition }),
    encoding: page.encoding,
    values: rest,
  };
}

function partsOfV2(
  header: PageHeader,
  body: Uint8Array,
  codec: CompressionCodec,
  maxRepetition: number,
  maxDefinition: number,
  plain: Uint8Array | undefined,
): PageParts {
  const page = header.data_page_header_v2!;
  const repeated = page.repetition_levels_byte_length;
  const levelBytes = levelBytesOf(page, body);
  const byteLength = header.uncompressed_page_size - levelBytes;
  if (byteLength < 0) throw damagedParquet("the levels of a page exceed it");
  const compressed = plain ? undefined : compressedPart(header, body, codec);
  return {
    entries: checkedCount(page.num_values),
    ...(maxRepetition > 0 && { repetition: { bytes: body.subarray(0, repeated), old: false, most: maxRepetition } }),
    ...(maxDefinition > 0 && {
      definition: { bytes: body.subarray(repeated, levelBytes), old: false, most: maxDefinition },
    }),
    nullCount: page.num_nulls,
    rows: page.num_rows,
    encoding: page.encoding,
    values:
      plain ??
      (compressed
        ? decompress(compressed.bytes, compressed.byteLength, codec)
        : body.subarray(levelBytes, byteLength === 0 ? levelBytes : undefined)),
  };
}

type HeaderV2 = NonNullable<PageHeader["data_page_header_v2"]>;

function levelBytesOf(page: HeaderV2, body: Uint8Array): number {
  const { repetition_levels_byte_length: repeated, definition_levels_byte_length: defined } = page;
  if (!(repeated >= 0 && defined >= 0 && repeated + defined <= body.byteLength)) {
    throw damagedParquet("the levels of a page exceed it");
  }
  return repeated + defined;
}

/** Levels as numbers, each at most what the column allows. @throws LarderError `damaged-parquet` */
export function unpackLevels({ bytes, old, most }: StoredLevels, entries: number): Int32Array {
  const bitWidth = levelBits(most);
  const levels = old ? unpackOldLevels(bytes, bitWidth, entries) : unpackRuns(bytes, bitWidth, entries);
  for (let i = 0; i < entries; i++)
    if (levels[i]! > most) throw damagedParquet("a level is higher than its column has");
  return levels;
}

/** How many bits a level takes. */
export function levelBits(most: number): number {
  return 32 - Math.clz32(most);
}

function oldOrRuns(
  bytes: Uint8Array,
  encoding: string | undefined,
  most: number,
  entries: number,
): { bytes: Uint8Array; end: number } {
  if (encoding === "BIT_PACKED") {
    const end = packedBytes(levelBits(most), entries);
    if (end > bytes.byteLength) throw damagedParquet("the levels of a page exceed it");
    return { bytes: bytes.subarray(0, end), end };
  }
  if (encoding !== "RLE") throw unsupportedParquet(`levels in the encoding ${encoding}`, { encoding });
  const length =
    bytes.byteLength < 4 ? -1 : new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getInt32(0, true);
  if (length < 0 || length > bytes.byteLength - 4) throw damagedParquet("the levels of a page exceed it");
  return { bytes: bytes.subarray(4, 4 + length), end: 4 + length };
}

function checkedCount(count: number): number {
  if (!(Number.isInteger(count) && count >= 0)) throw damagedParquet("a page has no sensible number of values");
  return count;
}
