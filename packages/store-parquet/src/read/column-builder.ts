import type { Data, DataType } from "apache-arrow";
import { type ArrowLikeType, ArrowTypeId } from "../arrow/arrow-like.js";
import type { Arrow } from "../arrow/load-arrow.js";
import { widthOf } from "../arrow/type-size.js";
import { checkAllocation } from "../format/allocation-limit.js";
import { damagedParquet } from "../format/parquet-errors.js";
import type { ParquetLeaf } from "../format/parquet-leaf.js";
import { bitsBuilder } from "./build-bits.js";
import { bytesBuilder } from "./build-bytes.js";
import { dictionaryBuilder } from "./build-dictionary.js";
import { fixedBuilder } from "./build-fixed.js";
import type { DecodedPage, PlainValues } from "./decode-page.js";

/** Collects the pages of one leaf into one Arrow chunk. */
export interface ColumnBuilder {
  /** Whether it takes PLAIN values of variable length as they are stored. */
  readonly takesText?: boolean;
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
  /** About how many rows; exact saves memory. */
  readonly rows: number;
  /** Bytes the values of the column take in the file, uncompressed; a first guess for buffers. */
  readonly byteLength: number;
}

/** The builder for a type that `leaf` can be read as. */
export function createColumnBuilder(target: BuilderTarget): ColumnBuilder {
  checkAllocation(target.rows * bytesPerRow(target.type), "the values of a column");
  switch ((target.type as ArrowLikeType).typeId) {
    case ArrowTypeId.Null:
      return nullBuilder(target);
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

/** What each row takes at least. */
function bytesPerRow(type: ArrowLikeType): number {
  switch (type.typeId) {
    case ArrowTypeId.Null:
    case ArrowTypeId.Bool:
      return 1 / 8;
    case ArrowTypeId.Utf8:
    case ArrowTypeId.Binary:
      return 4;
    case ArrowTypeId.LargeUtf8:
    case ArrowTypeId.LargeBinary:
      return 8;
    case ArrowTypeId.Dictionary:
      return widthOf(type.indices!);
    default:
      return widthOf(type);
  }
}

function nullBuilder({ arrow }: BuilderTarget): ColumnBuilder {
  let length = 0;
  return {
    beginChunk() {},
    append(_page, from, to, first, last) {
      if (last > first) throw damagedParquet("a column of nulls holds values");
      length += to - from;
    },
    finish: () => arrow.makeData({ type: new arrow.Null(), length }),
  };
}
