import type { Data, DataType } from "apache-arrow";
import { type ArrowLikeType, ArrowTypeId } from "./arrow-like.js";
import { bitsBuilder } from "./build-bits.js";
import { bytesBuilder } from "./build-bytes.js";
import { dictionaryBuilder } from "./build-dictionary.js";
import { fixedBuilder } from "./build-fixed.js";
import type { DecodedPage, PlainValues } from "./decode-page.js";
import type { Arrow } from "./load-arrow.js";
import { damagedParquet } from "./parquet-errors.js";
import type { ParquetLeaf } from "./parquet-leaf.js";

/** Collects the pages of one column into one Arrow chunk of known length. */
export interface ColumnBuilder {
  /** A column chunk begins; its dictionary, when it has one. */
  beginChunk(dictionary: PlainValues | undefined): void;
  /** Adds the rows from `from` to `to` of a page; `first` and `last` bound their values among those of the page. */
  append(page: DecodedPage, from: number, to: number, first: number, last: number): void;
  finish(): Data;
}

/** What a builder makes. */
export interface BuilderTarget {
  readonly arrow: Arrow;
  readonly type: DataType;
  readonly leaf: ParquetLeaf;
  readonly rows: number;
  /** Bytes the values of the column take in the file, uncompressed; a first guess for buffers. */
  readonly byteLength: number;
}

/** The builder for a type that `leaf` can be read as. */
export function createColumnBuilder(target: BuilderTarget): ColumnBuilder {
  switch ((target.type as ArrowLikeType).typeId) {
    case ArrowTypeId.Null:
      return {
        beginChunk() {},
        append(_page, _from, _to, first, last) {
          if (last > first) throw damagedParquet("a column of nulls holds values");
        },
        finish: () => target.arrow.makeData({ type: new target.arrow.Null(), length: target.rows }),
      };
    case ArrowTypeId.Bool:
      return bitsBuilder(target);
    case ArrowTypeId.Utf8:
    case ArrowTypeId.LargeUtf8:
    case ArrowTypeId.Binary:
    case ArrowTypeId.LargeBinary:
      return bytesBuilder(target);
    case ArrowTypeId.Dictionary:
      return dictionaryBuilder(target);
    default:
      return fixedBuilder(target);
  }
}
