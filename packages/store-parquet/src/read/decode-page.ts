import { countBits } from "../format/bitmaps.js";
import { decompress } from "../format/decompress.js";
import { checkPageCrc } from "../format/page-crc.js";
import { damagedParquet, unsupportedParquet } from "../format/parquet-errors.js";
import type { CompressionCodec, PageHeader, ParquetFileReader } from "../format/parquet-file-reader.js";
import type { ParquetLeaf } from "../format/parquet-leaf.js";
import { unpackBitRuns } from "../format/run-length.js";
import type { DecodeMemory } from "./decode-memory.js";
import {
  decodePlainValues,
  decodeValues,
  type PageValues,
  type PlainValues,
  type StoredText,
} from "./decode-values.js";
import { pageParts, type StoredLevels, unpackLevels } from "./page-parts.js";

export type { PageValues, PlainValues, StoredText } from "./decode-values.js";

/** One page: which rows hold a value, and the values of those, one after the other. */
export interface DecodedPage {
  readonly rows: number;
  readonly nullCount: number;
  /** Bit 0 is the first row of the page; absent when there is no null. */
  readonly validity?: Uint8Array;
  readonly values: PageValues | StoredText;
}

/** What decoding needs to know of the column. */
export interface PageContext {
  readonly reader: ParquetFileReader;
  readonly leaf: ParquetLeaf;
  readonly optional: boolean;
  readonly codec: CompressionCodec;
  /** For what is made of a page: then that is good until the next one is decoded. */
  readonly memory?: DecodeMemory;
  /** Whether PLAIN values of variable length are taken as they are stored. */
  readonly takesText?: boolean;
}

/**
 * Decodes a data page of a flat column.
 *
 * @param body what follows its header
 * @param plain what the compressed part of it has been decompressed to, where that has been done
 * @throws LarderError `damaged-parquet`, `unsupported-parquet`
 */
export function decodePage(
  { leaf, optional, codec, memory, takesText }: PageContext,
  header: PageHeader,
  body: Uint8Array,
  plain?: Uint8Array,
): DecodedPage {
  const {
    entries: rows,
    definition,
    encoding,
    values,
    ...stated
  } = pageParts(header, body, codec, 0, optional ? 1 : 0, plain);
  const validity = definition && validityOf(definition, rows);
  const nullCount = validity ? rows - countBits(validity, 0, rows) : 0;
  if (stated.nullCount !== undefined && stated.nullCount !== nullCount) {
    throw damagedParquet("the number of nulls in a page is not as stated");
  }
  const count = rows - nullCount;
  const decoded: PageValues | StoredText =
    takesText && encoding === "PLAIN" && leaf.type === "BYTE_ARRAY"
      ? { kind: "text", count, bytes: values }
      : decodeValues(leaf, encoding, values, count, memory);
  return { rows, nullCount, values: decoded, ...(validity && nullCount > 0 && { validity }) };
}

/** Decodes a dictionary page. @throws LarderError `damaged-parquet`, `unsupported-parquet` */
export function decodeDictionary(
  { codec, leaf }: PageContext,
  header: PageHeader,
  body: Uint8Array,
  plain?: Uint8Array,
): PlainValues {
  checkPageCrc(header, body);
  const { num_values: count = 0, encoding } = header.dictionary_page_header ?? {};
  if (encoding !== "PLAIN" && encoding !== "PLAIN_DICTIONARY") {
    throw unsupportedParquet(`a dictionary in the encoding ${encoding}`, { encoding });
  }
  return decodePlainValues(leaf, plain ?? decompress(body, header.uncompressed_page_size, codec), count);
}

function validityOf(levels: StoredLevels, rows: number): Uint8Array {
  if (!levels.old) return unpackBitRuns(levels.bytes, rows);
  const bits = new Uint8Array(Math.ceil(rows / 8));
  unpackLevels(levels, rows).forEach((level, row) => {
    bits[row >>> 3]! |= level << (row & 7);
  });
  return bits;
}
