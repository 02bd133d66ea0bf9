import type { FetchContext, FetchedRow, FetchIds } from "../fetcher.js";
import { exactTypeCast, exactTypeCastJsonText, type TypeCast } from "./mysql/exact-type-cast.js";
import { chunksOf } from "./sql/chunks-of.js";
import { idsPerQueryOf } from "./sql/ids-per-query.js";
import { type NameRules, quoteTable } from "./sql/quote-name.js";
import { selectFrom } from "./sql/select-from.js";
import type { SqlFetcher } from "./sql/sql-fetcher.js";
import { storableIds } from "./sql/storable-ids.js";
import { tableColumns } from "./sql/table-columns.js";
import { type ResolveTable, splitTableName } from "./sql/table-name.js";
import { untilAborted } from "./until-aborted.js";

/** What is used of a pool or connection of `mysql2/promise`. */
export interface MysqlConnection {
  query(options: MysqlQuery): Promise<[unknown, ...unknown[]]>;
  execute(options: MysqlQuery): Promise<[unknown, ...unknown[]]>;
}

/** A query as `mysql2` takes it. */
export interface MysqlQuery {
  sql: string;
  values: string[];
  /** Both so that 64-bit integers reach `typeCast` as text, not rounded. */
  supportBigNumbers: boolean;
  bigNumberStrings: boolean;
  typeCast: TypeCast;
}

/** A pool or connection of `mysql2`, whose `promise()` gives the other kind. */
export interface MysqlCallbackConnection {
  promise(): MysqlConnection;
}

export interface MysqlFetcherOptions {
  /** Ids in one query: 1 to 10,000, the default. */
  readonly idsPerQuery?: number;
  /** Which table is meant by a name. Default: `database.table`, or a table of the connection's database. */
  readonly resolveTable?: ResolveTable;
  /** How JSON comes. `text` for columns that also hold texts and numbers by themselves; with `schema: { column: "json" }` that is exact. */
  readonly json?: "parsed" | "text";
}

const mysqlNames: NameRules = { quote: "`" };

/**
 * A fetcher for MySQL and MariaDB, on a connection of `mysql2` that stays yours. Ids are parameters of prepared statements.
 *
 * `BIGINT` comes as bigint; JSON as parsed values without rounded numbers; `DECIMAL` and `TIME` as text, `DATE`, `DATETIME` and `TIMESTAMP`
 * as Dates in the time zone of the connection, cut to milliseconds, unless its options (`timezone`, `dateStrings`, `decimalNumbers`) say otherwise. Text ids are
 * those that the database writes: where its collation takes `a` and `A` for the same, only the one that is stored is found.
 *
 * After an abort the answer is no longer waited for, and no further query begins; one that runs goes on to its end.
 *
 * @throws ColumnNotFoundError; FetchBatchError `invalid-name`, `invalid-option`; errors of the driver as they are
 */
export function mysqlFetcher(
  connection: MysqlConnection | MysqlCallbackConnection,
  options: MysqlFetcherOptions = {},
): SqlFetcher {
  const { resolveTable = splitTableName } = options;
  const idsPerQuery = idsPerQueryOf(options.idsPerQuery, 10_000);
  const typeCast = options.json === "text" ? exactTypeCastJsonText : exactTypeCast;
  const promised = "promise" in connection ? connection.promise() : connection;
  const columns = tableColumns(async (table) => {
    const from = quoteTable(resolveTable(table), mysqlNames);
    const [rows] = await promised.query(queryOf(`SHOW COLUMNS FROM ${from}`, [], typeCast));
    return (rows as readonly { readonly Field: string }[]).map(({ Field }) => ({ name: String(Field) }));
  });

  async function fetchRows(ids: FetchIds, table: string, context: FetchContext): Promise<FetchedRow[]> {
    const { signal, idColumn } = context;
    const wanted = await columns.pick(table, context.columns, signal);
    const select = selectFrom(resolveTable(table), wanted, idColumn, mysqlNames);
    // Compared with text, a column of integers would be compared as doubles: different ids would be the same.
    const parameter = typeof ids[0] === "string" ? "?" : "CAST(? AS SIGNED)";
    const rows: FetchedRow[] = [];
    for (const chunk of chunksOf(storableIds(ids, { nul: true }), idsPerQuery)) {
      const values = padded(chunk.map(String), idsPerQuery);
      const sql = `${select} IN (${values.map(() => parameter).join(", ")})`;
      const [found] = await untilAborted(() => promised.execute(queryOf(sql, values, typeCast)), signal);
      for (const row of found as FetchedRow[]) rows.push(row);
    }
    return rows;
  }

  return Object.assign(fetchRows, { columnsOf: columns.names });
}

/** With the last id repeated to the next power of two, so that few statements are prepared, whatever batches there are. */
function padded(ids: readonly string[], most: number): string[] {
  const size = Math.min(most, 2 ** Math.ceil(Math.log2(ids.length)));
  return Array.from({ length: size }, (_, place) => ids[Math.min(place, ids.length - 1)]!);
}

function queryOf(sql: string, values: string[], typeCast: TypeCast): MysqlQuery {
  return { sql, values, supportBigNumbers: true, bigNumberStrings: true, typeCast };
}
