import type { DatasetIds } from "@larder/core";
import { noIds, unitedIds } from "../ids/sorted-ids.js";
import type { AnswerAsk } from "./answer-ask.js";
import type { AnswerPart, CheckedAnswer } from "./checked-answer.js";
import { noRowsTable } from "./no-rows-table.js";

/** Rows of an answer, as they are to be stored. */
export interface ToldPart extends AnswerPart {
  /** The ids that it tells of: those of its rows, and some that have no row. Ascending. */
  readonly told: DatasetIds;
}

/**
 * The parts of an answer with what each tells; the first tells of the ids without a row, and has no rows where the answer has none.
 * Nothing where nothing is told.
 *
 * @param columns - what is known of the rows from now on
 */
export async function toldParts(
  { ids, idKind, idColumn }: Pick<AnswerAsk, "ids" | "idKind" | "idColumn">,
  columns: readonly string[],
  { parts, absent, strangers }: CheckedAnswer,
): Promise<readonly ToldPart[]> {
  const none = noIds(ids);
  // Where ids are texts, a database may have found them under another spelling: then nothing tells which are not there.
  const missing = idKind === "text" && strangers.count > 0 ? none : absent;
  if (parts.length > 0) {
    return parts.map((part, i) => ({ ...part, told: i === 0 ? unitedIds([part.ids, missing], ids) : part.ids }));
  }
  if (missing.length === 0) return [];
  return [{ ids: none, rows: await noRowsTable(idColumn, none, columns), told: missing }];
}
