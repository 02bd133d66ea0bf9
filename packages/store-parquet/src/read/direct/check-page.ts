import { crc32 } from "node:zlib";
import { countBits } from "../../format/bitmaps.js";
import { readPageHeader } from "../../format/page-header.js";
import type { Encoding, PageHeader } from "../../format/parquet-file-reader.js";
import { unpackBitRuns } from "../../format/run-length.js";
import type { ScatteredPage } from "./scatter.js";

/** What a page turned out to be: just what was predicted. */
export interface CheckedPage {
  readonly encoding: Encoding;
  /** Of its rows, bit 0 the first; absent where no row is null. */
  readonly validity?: Uint8Array;
  /** Where, behind header and levels, the values begin among the bytes ahead of them. */
  readonly valuesStart: number;
}

/**
 * Holds a scattered page against what was predicted of it: where header and levels end, its size, rows and nulls, its checksum
 * where it has one. Of values, only what stands ahead of the buffer is left to be checked.
 *
 * @param values the buffer that the values of the page were read into
 * @returns `undefined` where it is anything else than predicted
 * @throws LarderError `damaged-parquet`
 */
export function checkPage(page: ScatteredPage, optional: boolean, values: Uint8Array): CheckedPage | undefined {
  const { ahead, rows, nullCount, byteLength } = page;
  const { header, end } = readPageHeader(ahead, 0);
  if (header.type === "DICTIONARY_PAGE") return undefined;
  const isWhole =
    header.compressed_page_size === byteLength - end && header.uncompressed_page_size === byteLength - end;
  if (!isWhole || !meetsCrc(header, page, end, values)) return undefined;
  const levels = levelsOf(header, page, end, optional);
  if (!levels || levels.end > ahead.byteLength) return undefined;
  const { encoding } = levels;
  if (!optional) return nullCount === 0 ? { encoding, valuesStart: levels.end } : undefined;
  const validity = unpackBitRuns(ahead.subarray(levels.start, levels.end), rows);
  if (rows - countBits(validity, 0, rows) !== nullCount) return undefined;
  return { encoding, valuesStart: levels.end, ...(nullCount > 0 && { validity }) };
}

interface FoundLevels {
  readonly encoding: Encoding;
  readonly start: number;
  readonly end: number;
}

/** Where the definition levels lie, in a page of either version. */
function levelsOf(header: PageHeader, page: ScatteredPage, end: number, optional: boolean): FoundLevels | undefined {
  const { ahead, rows, nullCount } = page;
  const v2 = header.data_page_header_v2;
  if (v2) {
    const { definition_levels_byte_length: length, encoding } = v2;
    const isAsPredicted =
      v2.num_values === rows &&
      v2.num_rows === rows &&
      v2.num_nulls === nullCount &&
      v2.repetition_levels_byte_length === 0 &&
      (optional ? length >= 0 : length === 0);
    return isAsPredicted ? { encoding, start: end, end: end + length } : undefined;
  }
  const v1 = header.data_page_header;
  if (!v1 || v1.num_values !== rows) return undefined;
  const { encoding } = v1;
  if (!optional) return { encoding, start: end, end };
  if (v1.definition_level_encoding !== "RLE" || end + 4 > ahead.byteLength) return undefined;
  const length = new DataView(ahead.buffer, ahead.byteOffset + end, 4).getUint32(0, true);
  return { encoding, start: end + 4, end: end + 4 + length };
}

function meetsCrc({ crc }: PageHeader, page: ScatteredPage, end: number, values: Uint8Array): boolean {
  if (crc === undefined) return true;
  const { ahead, valuesAt, valueBytes, padding } = page;
  let found = crc32(ahead.subarray(end));
  found = crc32(values.subarray(valuesAt, valuesAt + valueBytes), found);
  found = crc32(padding, found);
  return (found | 0) === (crc | 0);
}
