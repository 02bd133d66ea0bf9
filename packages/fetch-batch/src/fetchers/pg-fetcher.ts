import { oneAtATime } from "./pg/one-at-a-time.js";
import { type PgFetcherOptions, type PgQuery, pgFetch } from "./pg/pg-fetch.js";
import type { SqlFetcher } from "./sql/sql-fetcher.js";

/** What is used of a `Pool`, `Client` or `PoolClient` of `pg`, or of a `PGlite`. */
export interface PgConnection {
  query(text: string, values: unknown[]): ReturnType<PgQuery>;
}

/**
 * A fetcher for PostgreSQL and what speaks like it, on a connection that stays yours.
 *
 * `bigint` columns come as bigints; `json`, `jsonb` and arrays as parsed values without rounded numbers; `numeric`, `date` and
 * `timestamp` as the driver gives them (text, and Dates in the time zone of this process, cut to milliseconds); other types as text. Ids
 * that are texts must be written as PostgreSQL writes them: UUIDs in lower case.
 *
 * After an abort the answer is no longer waited for; the query itself runs to its end, or to its `statement_timeout`.
 *
 * @throws ColumnNotFoundError; FetchBatchError `table-not-found`, `invalid-name`; errors of the driver as they are
 */
export function pgFetcher(connection: PgConnection, options: PgFetcherOptions = {}): SqlFetcher {
  const query: PgQuery = (text, values) => connection.query(text, values);
  // A pool runs queries side by side; a single connection has to be given one after the other.
  return pgFetch("totalCount" in connection ? query : oneAtATime(query), options);
}
