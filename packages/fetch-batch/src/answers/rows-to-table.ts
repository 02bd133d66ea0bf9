import type { Table } from "apache-arrow";
import { type ColumnSource, sourceWithin } from "../columns/column-sources.js";
import { extractJsonValue } from "../columns/extract-json-value.js";
import { AnswerError } from "../errors/answer-error.js";
import { ColumnNotFoundError } from "../errors/column-not-found-error.js";
import { shown } from "../errors/invalid-request.js";
import { jsonErrorOfCell } from "../errors/json-error-of-cell.js";
import type { FetchedRow } from "../fetcher.js";
import { chosenIds } from "../ids/chosen-ids.js";
import { type Id, idForPeople } from "../ids/ids-for-people.js";
import type { Arrow } from "../load-arrow.js";
import type { AnswerAsk } from "./answer-ask.js";
import type { AskedIds } from "./asked-ids.js";
import type { AnswerPart } from "./checked-answer.js";
import { type AnswerColumn, columnOfValues } from "./column-of-values.js";
import { tableOfColumns } from "./table-of-columns.js";

/**
 * Rows as objects, as a table in ascending order of ids; `undefined` when none is of an id that was asked for.
 *
 * @throws as `checkedAnswer`
 */
export function rowsToTable(
  arrow: Arrow,
  ask: AnswerAsk,
  asked: AskedIds,
  stretches: readonly (readonly FetchedRow[])[],
): AnswerPart | undefined {
  const byPlace = new Array<FetchedRow | undefined>(ask.ids.length).fill(undefined);
  for (const stretch of stretches) {
    for (const row of stretch) {
      if (typeof row !== "object" || row === null || Array.isArray(row)) throw noRow(ask, row);
      const place = asked.placeOf(ownValue(row, ask.idColumn));
      if (place !== -1) byPlace[place] = row;
    }
  }
  const rows = byPlace.filter((row) => row !== undefined);
  if (rows.length === 0) return undefined;
  const ids = chosenIds(ask.ids, (place) => byPlace[place] !== undefined);
  const idAt = (row: number) => idForPeople(ids[row]!);
  const lacking: string[] = [];
  const columns: AnswerColumn[] = [];
  const has = (field: string) => rows.some((row) => Object.hasOwn(row, field));
  for (const asSource of ask.sources) {
    const source = sourceWithin(asSource, has);
    if (source === undefined) lacking.push(asSource.name);
    else columns.push(columnOfValues(arrow, source.name, valuesOf(rows, source, idAt), idAt, typeOf(ask, source.name)));
  }
  if (lacking.length > 0) throw new ColumnNotFoundError(ask.table, lacking, fieldsOf(rows));
  return { ids, rows: tableOfColumns(arrow, ask.idColumn, ids, columns) as Table };
}

/** The values of a column, one for each row. */
function valuesOf(rows: readonly FetchedRow[], source: ColumnSource, idAt: (row: number) => Id): unknown[] {
  const { name, column, path } = source;
  const inherited = column in Object.prototype;
  const value = inherited ? (row: FetchedRow) => ownValue(row, column) : (row: FetchedRow) => row[column];
  if (path.length === 0) return rows.map(value);
  return rows.map((row, i) => valueWithin(value(row), path, name, () => idAt(i)));
}

/** What a path leads to; errors tell the column and the id. @throws JsonParseError */
export function valueWithin(root: unknown, path: readonly string[], column: string, id: () => Id): unknown {
  try {
    return extractJsonValue(root, path);
  } catch (error) {
    throw jsonErrorOfCell(error, column, id);
  }
}

/** The type that was asked for. */
export function typeOf(ask: AnswerAsk, column: string): string | undefined {
  return ask.types !== undefined && Object.hasOwn(ask.types, column) ? ask.types[column] : undefined;
}

function ownValue(row: FetchedRow, name: string): unknown {
  return Object.hasOwn(row, name) ? row[name] : undefined;
}

function fieldsOf(rows: readonly FetchedRow[]): string[] {
  const fields = new Set<string>();
  for (const row of rows.slice(0, 100)) for (const field of Object.keys(row)) fields.add(field);
  return [...fields].sort();
}

function noRow(ask: AnswerAsk, row: unknown): AnswerError {
  return new AnswerError(
    "invalid-row",
    `The fetcher answered for ${JSON.stringify(ask.table)} with ${shown(row)} in place of a row. Rows are objects with the names of the columns.`,
    { table: ask.table },
  );
}
