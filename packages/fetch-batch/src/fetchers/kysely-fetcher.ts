import type { FetchContext, FetchIds } from "../fetcher.js";
import type { KyselyConnection } from "./kysely/kysely-connection.js";
import { kyselyFetch } from "./kysely/kysely-fetch.js";
import { kyselyRunner } from "./kysely/kysely-runner.js";
import { pgFetch } from "./pg/pg-fetch.js";
import { idsPerQueryOf } from "./sql/ids-per-query.js";
import type { SqlFetcher } from "./sql/sql-fetcher.js";
import { type ResolveTable, splitTableName } from "./sql/table-name.js";

export interface KyselyFetcherOptions {
  /** Ids in one query, each a parameter: 1 to 60,000, default 2,000, which every dialect takes. PostgreSQL takes all at once. */
  readonly idsPerQuery?: number;
  /** Which table is meant by a name. Default: `schema.table`, or a table where the connection looks. */
  readonly resolveTable?: ResolveTable;
  /** Only for PostgreSQL: as in `pgFetcher`. */
  readonly idType?: string;
  /** How JSON columns of PostgreSQL and MySQL come, as in `pgFetcher`; default `parsed`. */
  readonly json?: "parsed" | "text";
}

/**
 * A fetcher for whatever database a Kysely instance speaks to; it stays yours. Its plugins are left out: names are those of the database.
 *
 * Values come as the driver gives them, with these exceptions. On PostgreSQL all is as with `pgFetcher`. On MySQL `BIGINT` comes as bigint,
 * and columns of the type JSON as parsed values without rounded numbers. On SQLite, and elsewhere, the driver decides about large
 * integers (`defaultSafeIntegers()` of `better-sqlite3`), and one that it may have rounded is an error.
 *
 * @throws ColumnNotFoundError; FetchBatchError `table-not-found`, `invalid-name`, `inexact-integer`, `package-needed`; errors of the driver
 *   as they are
 */
export function kyselyFetcher(connection: KyselyConnection, options: KyselyFetcherOptions = {}): SqlFetcher {
  const { resolveTable = splitTableName, json = "parsed", idType } = options;
  const idsPerQuery = idsPerQueryOf(options.idsPerQuery, 60_000, 2_000);
  let made: Promise<SqlFetcher> | undefined;

  async function make(): Promise<SqlFetcher> {
    const runner = await kyselyRunner(connection);
    if (runner.dialect !== "postgres") return kyselyFetch(runner, { idsPerQuery, resolveTable, json });
    const query = async (text: string, values: unknown[]) => ({ rows: await runner.runText(text, values) });
    return pgFetch(query, { resolveTable, json, ...(idType === undefined ? {} : { idType }) });
  }

  function fetcher(): Promise<SqlFetcher> {
    made ??= make();
    return made;
  }

  const fetch = async (ids: FetchIds, table: string, context: FetchContext) => (await fetcher())(ids, table, context);
  return Object.assign(fetch, {
    columnsOf: async (table: string, signal: AbortSignal) => (await fetcher()).columnsOf(table, signal),
  });
}
