import { type BoundsOrder, boundsOrderOf, compareBounds } from "./bounds-order.js";
import type { EncodedBounds, EncodedPage } from "./encoded-chunk.js";
import type { ParquetLeaf } from "./parquet-leaf.js";

/**
 * What a column index says of the pages of a chunk, each list with one item for each page.
 *
 * Source: https://github.com/apache/parquet-format/blob/master/src/main/thrift/parquet.thrift (ColumnIndex)
 */
export interface WrittenColumnIndex {
  readonly nullPages: readonly boolean[];
  /** Empty where a page holds nothing but nulls. */
  readonly minValues: readonly Uint8Array[];
  readonly maxValues: readonly Uint8Array[];
  readonly boundaryOrder: BoundaryOrder;
  readonly nullCounts: readonly number[];
}

/** Whether both bounds of the pages that have them never fall, or never rise, from page to page. */
export type BoundaryOrder = "UNORDERED" | "ASCENDING" | "DESCENDING";

/**
 * The column index of a chunk, or `undefined` where a page that holds values has no bounds (nothing but NaN, or a type without
 * an order): an index speaks of every page or of none.
 */
export function columnIndexOf(leaf: ParquetLeaf, pages: readonly EncodedPage[]): WrittenColumnIndex | undefined {
  const nullPages = pages.map(({ entries, nullCount }) => entries === nullCount);
  const bounds = pages.flatMap((page) => page.bounds ?? []);
  if (bounds.length < nullPages.filter((isNull) => !isNull).length) return undefined;
  const nothing = new Uint8Array(0);
  const order = boundsOrderOf(leaf);
  return {
    nullPages,
    minValues: pages.map((page) => page.bounds?.min ?? nothing),
    maxValues: pages.map((page) => page.bounds?.max ?? nothing),
    boundaryOrder: order ? boundaryOrderOf(order, bounds) : "UNORDERED",
    nullCounts: pages.map((page) => page.nullCount),
  };
}

function boundaryOrderOf(order: BoundsOrder, bounds: readonly EncodedBounds[]): BoundaryOrder {
  let ascending = true;
  let descending = true;
  for (let i = 1; i < bounds.length; i++) {
    const mins = compareBounds(order, bounds[i - 1]!.min, bounds[i]!.min);
    const maxs = compareBounds(order, bounds[i - 1]!.max, bounds[i]!.max);
    if (mins > 0 || maxs > 0) ascending = false;
    if (mins < 0 || maxs < 0) descending = false;
  }
  return ascending ? "ASCENDING" : descending ? "DESCENDING" : "UNORDERED";
}
