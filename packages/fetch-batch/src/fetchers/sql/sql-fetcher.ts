import type { FetchContext, FetchedRow, FetchIds } from "../../fetcher.js";

/** A fetcher that answers with rows, and knows the columns of tables. */
export interface SqlFetcher {
  (ids: FetchIds, table: string, context: FetchContext): Promise<FetchedRow[]>;
  columnsOf(table: string, signal: AbortSignal): Promise<readonly string[]>;
}
