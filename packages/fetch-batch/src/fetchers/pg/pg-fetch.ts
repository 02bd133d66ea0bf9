import type { FetchContext, FetchedRow, FetchIds } from "../../fetcher.js";
import { quoteTable } from "../sql/quote-name.js";
import { readColumns } from "../sql/read-columns.js";
import { selectFrom } from "../sql/select-from.js";
import type { SqlFetcher } from "../sql/sql-fetcher.js";
import { storableIds } from "../sql/storable-ids.js";
import { tableColumns } from "../sql/table-columns.js";
import { type ResolveTable, splitTableName } from "../sql/table-name.js";
import { untilAborted } from "../until-aborted.js";
import { type PgColumn, pgColumnOf, pgColumnsQuery } from "./pg-columns.js";
import { pgNames, pgTypeName } from "./pg-names.js";

/** Sends a query with its parameters to PostgreSQL. */
export type PgQuery = (
  text: string,
  values: unknown[],
) => Promise<{ readonly rows: readonly Record<string, unknown>[] }>;

export interface PgFetcherOptions {
  /**
   * Type of the ids in PostgreSQL, such as `int4` or `citext`. Default: `int8` for numbers; for texts `uuid` where the id column is one,
   * else `text`.
   */
  readonly idType?: string;
  /** Which table is meant by a name. Default: `schema.table`, or a table on the search path. */
  readonly resolveTable?: ResolveTable;
  /** How `json` and `jsonb` come. `text` for columns that also hold texts and numbers by themselves; with `schema: { column: "json" }` that is exact. */
  readonly json?: "parsed" | "text";
}

/** A fetcher that asks PostgreSQL by `query`; see `pgFetcher`. */
export function pgFetch(query: PgQuery, options: PgFetcherOptions): SqlFetcher {
  const { resolveTable = splitTableName, json = "parsed" } = options;
  const columns = tableColumns(async (table) => {
    const { rows } = await query(pgColumnsQuery, [quoteTable(resolveTable(table), pgNames)]);
    return rows.map((row) => pgColumnOf(row, json));
  });

  async function fetchRows(ids: FetchIds, table: string, context: FetchContext): Promise<FetchedRow[]> {
    const { signal, idColumn } = context;
    const wanted = await columns.pick(table, context.columns, signal);
    const storable = storableIds(ids, { nul: false });
    if (storable.length === 0) return [];
    const select = selectFrom(resolveTable(table), wanted, idColumn, pgNames);
    const text = `${select} = ANY($1::${idTypeOf(ids, wanted[0]!, options)}[])`;
    const { rows } = await untilAborted(() => query(text, [storable]), signal);
    return readColumns(rows, wanted);
  }

  return Object.assign(fetchRows, { columnsOf: columns.names });
}

function idTypeOf(ids: FetchIds, column: PgColumn, { idType }: PgFetcherOptions): string {
  if (idType !== undefined) return pgTypeName(idType);
  return typeof ids[0] === "string" ? column.textIdType : "int8";
}
