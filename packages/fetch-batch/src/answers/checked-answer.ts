import type { DatasetIds } from "@larder/core";
import type { Table } from "apache-arrow";
import { AnswerError } from "../errors/answer-error.js";
import type { FetchedRow } from "../fetcher.js";
import { chosenIds } from "../ids/chosen-ids.js";
import type { Id } from "../ids/ids-for-people.js";
import { noIds } from "../ids/sorted-ids.js";
import { type Arrow, loadArrow } from "../load-arrow.js";
import type { AnswerAsk } from "./answer-ask.js";
import { askedIds } from "./asked-ids.js";
import { type AnswerPiece, isArrowTable } from "./collect-answer.js";
import { rowsToTable } from "./rows-to-table.js";
import { tablesToTables } from "./tables-to-tables.js";

/** What of an answer can be relied on. */
export interface CheckedAnswer {
  /**
   * Rows of ids that were asked for, and those ids: several where a fetcher answers in tables whose types differ. Tables have the
   * id column (`Int64` or `Utf8`, without nulls), then the requested columns.
   */
  readonly parts: readonly AnswerPart[];
  /** Ids that were asked for and have no row: ascending. */
  readonly absent: DatasetIds;
  readonly rows: number;
  /** Rows that nobody had asked for, and the id of one of them. They are in no part. */
  readonly strangers: { readonly count: number; readonly example: Id | undefined };
}

/** Some rows of an answer. */
export interface AnswerPart {
  /** Ascending. */
  readonly ids: DatasetIds;
  readonly rows: Table;
}

/**
 * Holds an answer against what was asked, and makes tables of it.
 *
 * @throws AnswerError, ColumnNotFoundError, ColumnTypeError, JsonParseError; FetchBatchError `unsuitable-value`
 */
export async function checkedAnswer(ask: AnswerAsk, pieces: readonly AnswerPiece[]): Promise<CheckedAnswer> {
  const arrow = await loadArrow();
  const asked = askedIds(ask.ids, ask.idKind, ask.table, ask.idColumn);
  const rows: FetchedRow[][] = [];
  const tables: Table[] = [];
  for (const piece of pieces) {
    if (isArrowTable(piece)) tables.push(ownTable(arrow, piece));
    else rows.push(piece as FetchedRow[]);
  }
  const parts: AnswerPart[] = [];
  if (tables.length > 0) parts.push(...tablesToTables(arrow, ask, asked, tables));
  if (rows.some((stretch) => stretch.length > 0)) {
    const part = rowsToTable(arrow, ask, asked, rows);
    if (part !== undefined) parts.push(part);
  }
  const found = parts.reduce((sum, part) => sum + part.ids.length, 0);
  const absent = found === ask.ids.length ? noIds(ask.ids) : chosenIds(ask.ids, (place) => asked.found[place] === 0);
  return { parts, absent, rows: found, strangers: asked.strangers() };
}

function ownTable(arrow: Arrow, table: object): Table {
  if (table instanceof arrow.Table) return table;
  throw new AnswerError(
    "invalid-answer",
    "The fetcher answered with a table of another copy of apache-arrow. Carry it over: tableFromIPC(tableToIPC(table)), each of its own copy.",
  );
}
