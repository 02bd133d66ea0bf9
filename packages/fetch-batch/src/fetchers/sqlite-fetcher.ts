import type { FetchContext, FetchedRow, FetchIds } from "../fetcher.js";
import { chunksOf } from "./sql/chunks-of.js";
import { idsPerQueryOf } from "./sql/ids-per-query.js";
import { plainValue } from "./sql/plain-value.js";
import type { NameRules } from "./sql/quote-name.js";
import { readColumns } from "./sql/read-columns.js";
import { selectFrom } from "./sql/select-from.js";
import type { SqlFetcher } from "./sql/sql-fetcher.js";
import { storableIds } from "./sql/storable-ids.js";
import { tableColumns } from "./sql/table-columns.js";
import { type ResolveTable, splitTableName } from "./sql/table-name.js";

/** What is used of a database of `better-sqlite3`, `libsql`, or `node:sqlite` (`DatabaseSync`). */
export interface SqliteDatabase {
  prepare(sql: string): SqliteStatement;
}

/** A prepared statement; one of the two says that integers shall be bigints. */
export interface SqliteStatement {
  all(...parameters: (string | number | bigint)[]): unknown[];
  safeIntegers?(on: boolean): unknown;
  setReadBigInts?(on: boolean): unknown;
}

export interface SqliteFetcherOptions {
  /**
   * `bigint`, the default: every integer comes as it is. `number`: somewhat faster; a whole number beyond ±(2⁵³ − 1) is refused,
   * also a real one.
   */
  readonly integers?: "bigint" | "number";
  /** Ids in one query: 1 to 1,000,000; default 10,000. Between queries other work goes on, and an abort is heard. */
  readonly idsPerQuery?: number;
  /** Which table is meant by a name. Default: `database.table`, where the database is `main`, `temp` or attached, or `table`. */
  readonly resolveTable?: ResolveTable;
}

const sqliteNames: NameRules = { quote: '"' };

/**
 * A fetcher for SQLite, on a database that stays yours. Reals come as numbers, text (also JSON and dates) as text, blobs as bytes.
 *
 * @throws ColumnNotFoundError; FetchBatchError `table-not-found`, `invalid-name`, `inexact-integer`; errors of the driver as they are
 */
export function sqliteFetcher(database: SqliteDatabase, options: SqliteFetcherOptions = {}): SqlFetcher {
  const { resolveTable = splitTableName, integers = "bigint" } = options;
  const idsPerQuery = idsPerQueryOf(options.idsPerQuery, 1_000_000, 10_000);
  const ifRounded = integers === "number" ? 'Set the option integers to "bigint".' : undefined;
  const columns = tableColumns(async (table) => {
    const { schema, name } = resolveTable(table);
    const found =
      schema === undefined
        ? database.prepare("SELECT name FROM pragma_table_xinfo(?)").all(name)
        : database.prepare("SELECT name FROM pragma_table_xinfo(?, ?)").all(name, schema);
    return (found as { readonly name: string }[]).map((column) => ({ name: column.name }));
  });

  function prepare(sql: string): SqliteStatement {
    const statement = database.prepare(sql);
    statement.safeIntegers?.(integers === "bigint");
    statement.setReadBigInts?.(integers === "bigint");
    return statement;
  }

  async function fetchRows(ids: FetchIds, table: string, context: FetchContext): Promise<FetchedRow[]> {
    const { signal, idColumn } = context;
    const wanted = await columns.pick(table, context.columns, signal);
    const select = selectFrom(resolveTable(table), wanted, idColumn, sqliteNames);
    const statement = prepare(`${select} IN (SELECT value FROM json_each(?))`);
    const read = wanted.map(({ name }) => ({ name, read: plainValue(name, ifRounded) }));
    const rows: FetchedRow[] = [];
    let queries = 0;
    for (const chunk of chunksOf(storableIds(ids, { nul: true }), idsPerQuery)) {
      if (queries++ > 0) await pause();
      signal.throwIfAborted();
      const found = statement.all(jsonOf(chunk)) as Record<string, unknown>[];
      for (const row of readColumns(found, read)) rows.push(row);
    }
    return rows;
  }

  return Object.assign(fetchRows, { columnsOf: columns.names });
}

/** The ids as one parameter: a JSON array, in which whole numbers are exact for SQLite. */
function jsonOf(ids: readonly (number | bigint | string)[]): string {
  return typeof ids[0] === "string" ? JSON.stringify(ids) : `[${ids.join(",")}]`;
}

function pause(): Promise<void> {
  return new Promise((resolve) => setImmediate(resolve));
}
