import type { WrittenColumnIndex } from "./column-index.js";
import type { EncodedPage } from "./encoded-chunk.js";

/** Fields of a Thrift struct, as hyparquet-writer takes them. */
export type ThriftFields = Record<`field_${number}`, unknown>;

/** Where a page is: its offset in the file, its bytes with the header, its first row in the row group. */
export interface OffsetIndexPage {
  readonly field_1: bigint;
  readonly field_2: number;
  readonly field_3: bigint;
}

/**
 * Places of pages and, where values are of no fixed width, how many bytes they have without lengths: so a reader knows beforehand how
 * much memory they take.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (OffsetIndex)
 */
export function offsetIndexFields(locations: readonly OffsetIndexPage[], pages: readonly EncodedPage[]): ThriftFields {
  const valueBytes = pages.flatMap((page) => (page.valueBytes === undefined ? [] : BigInt(page.valueBytes)));
  return { field_1: locations, ...(valueBytes.length === pages.length && { field_2: valueBytes }) };
}

const boundaryOrders = ["UNORDERED", "ASCENDING", "DESCENDING"];

/** A column index. Source: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (ColumnIndex) */
export function columnIndexFields(index: WrittenColumnIndex): ThriftFields {
  return {
    field_1: index.nullPages,
    field_2: index.minValues,
    field_3: index.maxValues,
    field_4: boundaryOrders.indexOf(index.boundaryOrder),
    field_5: index.nullCounts.map(BigInt),
  };
}
