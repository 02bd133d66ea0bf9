import type { ArrowLikeData, ArrowLikeField } from "../arrow/arrow-like.js";
import type { EncodedChunk } from "../format/encoded-chunk.js";
import type { SchemaElement } from "../format/parquet-file-reader.js";
import type { WrittenLeaf } from "../format/parquet-file-writer.js";
import type { BloomRequest } from "./bloom-hashes.js";
import type { DistinctEntries } from "./distinct-entries.js";
import { planFlatColumn } from "./encode-flat-column.js";
import { planNestedColumn } from "./nested/plan-nested-column.js";
import { isNested } from "./nested/written-node.js";
import type { PageLayout } from "./page-layout.js";

/** How a column of a table is written, decided once for all of its rows. */
export interface ColumnPlan {
  /** The column in the schema of the file: its element, and those below it, in file order. */
  readonly elements: readonly SchemaElement[];
  /** Its leaves, in file order. */
  readonly leaves: readonly WrittenLeaf[];
  /** Encodes the rows from `start` to `end` of the column: one chunk for each leaf. The event loop gets its turns. */
  encode(start: number, end: number): Promise<EncodedChunk[]>;
}

/** What decides how a column is written, besides its rows. */
export interface ColumnMode {
  /**
   * `"found"`: all rows are known, and what holds no null is REQUIRED. `"declared"`: more rows may come, so that fields (also those
   * within nested ones) are REQUIRED where they are declared not nullable, and a null there is an error; every plan made for the
   * same field has the same elements and leaves.
   */
  readonly nullability: "found" | "declared";
  /** Rows before those of the chunks, for messages. */
  readonly rowsBefore: number;
  readonly layout: PageLayout;
  readonly bloomFilter?: BloomRequest | undefined;
  /** Counts over all row groups. */
  readonly distinctEntries?: DistinctEntries | undefined;
}

/** Plans a column of any type that can be stored. */
export function planColumn(field: ArrowLikeField, chunks: readonly ArrowLikeData[], mode: ColumnMode): ColumnPlan {
  return isNested(field.type) ? planNestedColumn(field, chunks, mode) : planFlatColumn(field, chunks, mode);
}
