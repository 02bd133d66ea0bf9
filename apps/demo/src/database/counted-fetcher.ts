import { type Fetcher, type SqliteDatabase, sqliteFetcher } from "@larder/fetch-batch";

/** What a database was asked, counted where it is asked. */
export interface DatabaseCounts {
  /** Queries for rows. */
  queries: number;
  /** Queries for the names of columns. */
  lookups: number;
  /** Rows that came. */
  rows: number;
  /** Rows times the columns asked for, without the id. */
  cells: number;
  readonly columns: Set<string>;
}

/** A fetcher that can tell the columns of a table. */
export type FetcherOfColumns = Fetcher & Required<Pick<Fetcher, "columnsOf">>;

/** A fetcher on a database, and what it has asked of it. */
export interface CountedFetcher {
  readonly fetcher: FetcherOfColumns;
  readonly counts: DatabaseCounts;
}

/** A fetcher for SQLite that counts at the connection. */
export function countedFetcher(database: SqliteDatabase): CountedFetcher {
  const counts: DatabaseCounts = { queries: 0, lookups: 0, rows: 0, cells: 0, columns: new Set() };
  const counted: SqliteDatabase = {
    prepare(sql) {
      const statement = database.prepare(sql);
      const all = statement.all.bind(statement);
      const isLookup = /\bpragma_/.test(sql);
      statement.all = (...parameters) => {
        if (isLookup) counts.lookups++;
        else counts.queries++;
        const rows = all(...parameters);
        if (!isLookup) counts.rows += rows.length;
        return rows;
      };
      return statement;
    },
  };
  // Minutes and miles are small: they need not come as bigints.
  const inner = sqliteFetcher(counted, { integers: "number" });
  const fetcher: Fetcher = async (ids, table, context) => {
    const rows = await inner(ids, table, context);
    const columns = context.columns.filter((column) => column !== context.idColumn);
    for (const column of columns) counts.columns.add(column);
    counts.cells += rows.length * columns.length;
    return rows;
  };
  return { fetcher: Object.assign(fetcher, { columnsOf: inner.columnsOf }), counts };
}
