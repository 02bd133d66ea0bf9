import type { Data, DataType } from "apache-arrow";
import { type ArrowLikeType, ArrowTypeId } from "../../arrow/arrow-like.js";
import type { Arrow } from "../../arrow/load-arrow.js";
import { damagedParquet } from "../../format/parquet-errors.js";
import type { ParquetLeaf } from "../../format/parquet-leaf.js";
import type { PlainValues } from "../decode-page.js";
import { bitsTarget } from "./gather-bits.js";
import { bytesTarget } from "./gather-bytes.js";
import { dictionaryTarget } from "./gather-dictionary.js";
import { fixedTarget } from "./gather-fixed.js";
import type { PageSource } from "./page-source.js";
import type { Workspace } from "./workspace.js";

/** The answer for one column, filled page by page. It keeps no view of a page. */
export interface GatherTarget {
  /** A column chunk begins; its dictionary, when it has one, of which views may be kept. */
  beginChunk(dictionary: PlainValues | undefined): void;
  /**
   * Takes wanted values of a page: those at `places` of the workspace, from `from` to `to`, which are also the rows of the answer.
   *
   * @param nulls how many of the places are none
   */
  take(source: PageSource, from: number, to: number, nulls: number): void;
  finish(): Data;
}

/** What a target is made for. */
export interface GatherAnswer {
  readonly arrow: Arrow;
  readonly type: DataType;
  readonly leaf: ParquetLeaf;
  /** Rows of the answer. */
  readonly rows: number;
  readonly space: Workspace;
}

/** The target for a flat type that `leaf` can be read as. */
export function gatherTarget(answer: GatherAnswer): GatherTarget {
  switch ((answer.type as ArrowLikeType).typeId) {
    case ArrowTypeId.Null:
      return nullTarget(answer);
    case ArrowTypeId.Bool:
      return bitsTarget(answer);
    case ArrowTypeId.Utf8:
    case ArrowTypeId.LargeUtf8:
    case ArrowTypeId.Binary:
    case ArrowTypeId.LargeBinary:
      return bytesTarget(answer);
    case ArrowTypeId.Dictionary:
      return dictionaryTarget(answer);
    default:
      return fixedTarget(answer);
  }
}

function nullTarget({ arrow, rows }: GatherAnswer): GatherTarget {
  return {
    beginChunk() {},
    take(_source, from, to, nulls) {
      if (nulls < to - from) throw damagedParquet("a column of nulls holds values");
    },
    finish: () => arrow.makeData({ type: new arrow.Null(), length: rows }),
  };
}
