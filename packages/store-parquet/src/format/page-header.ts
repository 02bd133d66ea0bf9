import { damagedParquet } from "./parquet-errors.js";
import type { Encoding, PageBounds, PageHeader, PageLocation } from "./parquet-file-reader.js";
import { isStruct, listField, numberField, readThrift, structField, type ThriftStruct } from "./thrift-reader.js";

/**
 * The header of a page, and where it ends. Numbers it does not state are `NaN`.
 *
 * Source of the numbers: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (PageHeader)
 *
 * @throws LarderError `damaged-parquet`
 */
export function readPageHeader(bytes: Uint8Array, offset: number): { header: PageHeader; end: number } {
  const { struct, end } = readThrift(bytes, offset);
  const data = structField(struct, 5);
  const dictionary = structField(struct, 7);
  const dataV2 = structField(struct, 8);
  const crc = numberField(struct, 4);
  const header: PageHeader = {
    type: pageTypes[numberField(struct, 1)]!,
    uncompressed_page_size: numberField(struct, 2),
    compressed_page_size: numberField(struct, 3),
    ...(!Number.isNaN(crc) && { crc }),
    ...(data && {
      data_page_header: {
        num_values: numberField(data, 1),
        encoding: encodingField(data, 2),
        definition_level_encoding: encodingField(data, 3),
        repetition_level_encoding: encodingField(data, 4),
      },
    }),
    ...(dictionary && {
      dictionary_page_header: { num_values: numberField(dictionary, 1), encoding: encodingField(dictionary, 2) },
    }),
    ...(dataV2 && {
      data_page_header_v2: {
        num_values: numberField(dataV2, 1),
        num_nulls: numberField(dataV2, 2),
        num_rows: numberField(dataV2, 3),
        encoding: encodingField(dataV2, 4),
        definition_levels_byte_length: numberField(dataV2, 5),
        repetition_levels_byte_length: numberField(dataV2, 6),
        is_compressed: dataV2.fields[7] !== false,
      },
    }),
  };
  return { header, end };
}

/** Where the pages of a chunk lie, from its offset index. @throws LarderError `damaged-parquet` */
export function readPageLocations(index: Uint8Array): PageLocation[] {
  const { struct } = readThrift(index, 0);
  const locations = listField(struct, 1);
  const unencoded = listField(struct, 2);
  return locations.map((location, i): PageLocation => {
    if (!isStruct(location)) throw damagedParquet("its page index holds no locations");
    const bytes = unencoded.length === locations.length ? unencoded[i] : undefined;
    return {
      offset: numberField(location, 1),
      byteLength: numberField(location, 2),
      firstRow: numberField(location, 3),
      ...(typeof bytes === "number" && { unencodedBytes: bytes }),
    };
  });
}

/** Bounds of the pages of a chunk, from its column index. @throws LarderError `damaged-parquet` */
export function readPageBounds(index: Uint8Array): PageBounds {
  const { struct } = readThrift(index, 0);
  const nullCounts = struct.fields[5] === undefined ? undefined : listField(struct, 5);
  return {
    nullPages: listField(struct, 1).map((isNull) => isNull === true),
    mins: byteStrings(struct, 2),
    maxs: byteStrings(struct, 3),
    ...(nullCounts && { nullCounts: nullCounts.map((count) => (typeof count === "number" ? count : Number.NaN)) }),
  };
}

function byteStrings(struct: ThriftStruct, field: number): Uint8Array[] {
  return listField(struct, field).map((bytes) => {
    if (!(bytes instanceof Uint8Array)) throw damagedParquet("its page index holds bounds that are no bytes");
    return bytes;
  });
}

function encodingField(struct: ThriftStruct, field: number): Encoding {
  return encodings[numberField(struct, field)]!;
}

const pageTypes: readonly PageHeader["type"][] = ["DATA_PAGE", "INDEX_PAGE", "DICTIONARY_PAGE", "DATA_PAGE_V2"];

const encodings: readonly Encoding[] = [
  "PLAIN",
  "GROUP_VAR_INT",
  "PLAIN_DICTIONARY",
  "RLE",
  "BIT_PACKED",
  "DELTA_BINARY_PACKED",
  "DELTA_LENGTH_BYTE_ARRAY",
  "DELTA_BYTE_ARRAY",
  "RLE_DICTIONARY",
  "BYTE_STREAM_SPLIT",
];
