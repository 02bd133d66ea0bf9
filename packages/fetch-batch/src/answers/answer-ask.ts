import type { ColumnTypes, DatasetIds, IdKind } from "@larder/core";
import type { ColumnSource } from "../columns/column-sources.js";

/** What an answer is held against. */
export interface AnswerAsk {
  readonly table: string;
  readonly idColumn: string;
  readonly idKind: IdKind;
  /** The ids asked for: ascending, each once. */
  readonly ids: DatasetIds;
  readonly sources: readonly ColumnSource[];
  /** Types that were asked for, by column. */
  readonly types?: ColumnTypes | undefined;
}
