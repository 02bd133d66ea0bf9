import type { FetchedRow, Fetcher, FetchIds } from "../../src/fetcher.js";

/** The rows that a fetcher answers with. */
export async function fetchRows(
  fetcher: Fetcher,
  ids: FetchIds,
  table: string,
  columns: readonly string[],
  options: { readonly idColumn?: string; readonly signal?: AbortSignal } = {},
): Promise<readonly FetchedRow[]> {
  const { idColumn = "id", signal = new AbortController().signal } = options;
  const answer = await fetcher(ids, table, { columns: [idColumn, ...columns], idColumn, signal });
  if (!Array.isArray(answer)) throw new Error("this fetcher answers with an array");
  return answer as readonly FetchedRow[];
}

/** Rows by their ids, whether these came as numbers, bigints or digits. */
export function rowsById(rows: readonly FetchedRow[], idColumn = "id"): ReadonlyMap<bigint, FetchedRow> {
  return new Map(rows.map((row) => [BigInt(row[idColumn] as bigint), row]));
}

/** The codes of errors from an error to its innermost cause. */
export function codesOf(error: unknown): unknown[] {
  return error instanceof Error ? [(error as { code?: unknown }).code, ...codesOf(error.cause)] : [];
}

/** What a promise is rejected with. */
export async function rejectionOf(promise: PromiseLike<unknown>): Promise<unknown> {
  try {
    await promise;
  } catch (error) {
    return error;
  }
  throw new Error("it was expected to be rejected");
}
