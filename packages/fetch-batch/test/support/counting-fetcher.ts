import type { FetchContext, Fetched, Fetcher, FetchIds, Id } from "../../src/index.js";

/** What a fetcher was asked. */
export interface Query {
  readonly ids: readonly Id[];
  readonly table: string;
  readonly columns: readonly string[];
}

/** A fetcher that remembers what it was asked. */
export interface CountingFetcher extends Fetcher {
  readonly queries: Query[];
}

/** Makes a fetcher of what gives its answers. */
export function countingFetcher(
  answer: (ids: FetchIds, context: FetchContext, table: string) => unknown,
): CountingFetcher {
  const queries: Query[] = [];
  const fetcher = (ids: FetchIds, table: string, context: FetchContext) => {
    queries.push({ ids: [...ids], table, columns: [...context.columns] });
    return answer(ids, context, table) as Fetched;
  };
  return Object.assign(fetcher, { queries });
}

/** A fetcher whose table has a row for each id, made by `row`. */
export function rowFetcher(row: (id: never) => object | undefined): CountingFetcher {
  return countingFetcher((ids) => ids.map((id) => row(id as never)).filter((one) => one !== undefined));
}
