import { type NameRules, quoteName, quoteTable } from "./quote-name.js";
import type { TableName } from "./table-name.js";

/** A column to select. */
export interface SelectedColumn {
  readonly name: string;
  /** The expression that gives it, of the table `t`. Absent: the column itself. */
  readonly select?: string;
}

/**
 * A query for columns of the table `t`, up to its id column: what the ids are compared with has to follow.
 *
 * @throws FetchBatchError `invalid-name`
 */
export function selectFrom(
  table: TableName,
  columns: readonly SelectedColumn[],
  idColumn: string,
  rules: NameRules,
): string {
  const selected = columns.map(({ name, select }) => {
    const quoted = quoteName(name, rules);
    return `${select ?? `t.${quoted}`} AS ${quoted}`;
  });
  return `SELECT ${selected.join(", ")} FROM ${quoteTable(table, rules)} AS t WHERE t.${quoteName(idColumn, rules)}`;
}
