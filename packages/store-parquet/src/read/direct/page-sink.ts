import type { Data } from "apache-arrow";
import type { ParquetLeaf } from "../../format/parquet-leaf.js";
import type { ColumnBuilder } from "../column-builder.js";
import { decodeValues, type PlainValues } from "../decode-values.js";
import type { CheckedPage } from "./check-page.js";
import type { PredictedPage } from "./predict-pages.js";
import type { ScatteredPage } from "./scatter.js";

/** Where the pages of a column go, in order, and what is left to do with each. */
export interface PageSink {
  /** The final buffer of values, which the parts of pages with values are read into. */
  readonly values: Uint8Array;
  /** Where the values of a page go in it, in bytes. */
  placeOf(page: PredictedPage): number;
  /** A column chunk begins; its dictionary, when it has one. */
  beginChunk(dictionary: PlainValues | undefined): void;
  /** Takes a page that has been read and checked; `false` when its values are not as predicted. */
  take(page: ScatteredPage, checked: CheckedPage): boolean;
  /** The column, once all pages are taken. */
  finish(): Data;
}

/** Decodes the values of each page into a builder: the general way, but for how the bytes come. */
export function decodedSink(leaf: ParquetLeaf, builder: ColumnBuilder): PageSink {
  return {
    values: new Uint8Array(0),
    placeOf: () => 0,
    beginChunk: (dictionary) => builder.beginChunk(dictionary),
    take({ ahead, rows, nullCount }, { encoding, validity, valuesStart }) {
      const count = rows - nullCount;
      const values = decodeValues(leaf, encoding, ahead.subarray(valuesStart), count);
      builder.append({ rows, nullCount, values, ...(validity && { validity }) }, 0, rows, 0, count);
      return true;
    },
    finish: () => builder.finish(),
  };
}
