import type { Encoding } from "./parquet-file-reader.js";

/** One column chunk of a row group, before compression: the chunk of one leaf. */
export interface EncodedChunk {
  /** Values, nulls and empty lists: as many as there are definition levels. For a flat column, its rows. */
  readonly entries: number;
  /** Entries without a value. */
  readonly nullCount: number;
  readonly dictionaryPage?: { readonly entries: number; readonly body: Uint8Array };
  /** Each begins with a new row. */
  readonly pages: readonly EncodedPage[];
  readonly encodings: readonly Encoding[];
  readonly bounds?: EncodedBounds;
  /** A bloom filter over its values: header and bitset, as they go into the file. */
  readonly bloomFilter?: Uint8Array;
}

/** One data page, before compression. */
export interface EncodedPage {
  /** Counted from the start of the row group. */
  readonly firstRow: number;
  readonly rows: number;
  /** As many as there are definition levels. */
  readonly entries: number;
  readonly nullCount: number;
  readonly encoding: Encoding;
  /** Empty where nothing repeats. Never compressed. */
  readonly repetitionLevels: Uint8Array;
  /** Empty for a REQUIRED column. Never compressed. */
  readonly definitionLevels: Uint8Array;
  /** Values or indices, in pieces that follow one another: views of the table's memory where that holds them as the page does. */
  readonly body: readonly Uint8Array[];
  /** Of a BYTE_ARRAY column that is no dictionary's: bytes of its values, without lengths. */
  readonly valueBytes?: number;
  readonly bounds?: EncodedBounds;
}

/**
 * Least and greatest value, as statistics hold them: PLAIN, without the length in front of bytes.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (Statistics)
 */
export interface EncodedBounds {
  readonly min: Uint8Array;
  readonly max: Uint8Array;
  /** `false` where a long value was cut short: then it is a bound, not a value. */
  readonly minIsExact: boolean;
  readonly maxIsExact: boolean;
  /** There is also a NaN, which bounds never count. */
  readonly hasNan?: boolean;
}
