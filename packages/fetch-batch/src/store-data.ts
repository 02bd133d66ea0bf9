import type { ColumnTypes } from "@larder/core";
import { checkedAnswer } from "./answers/checked-answer.js";
import { collectAnswer } from "./answers/collect-answer.js";
import { toldParts } from "./answers/told-parts.js";
import { withDataset } from "./cache/shared-dataset.js";
import type { CacheOptions } from "./cache-options.js";
import { cacheOptionNames, checkOptions } from "./call/checked-options.js";
import { columnSources, requestedColumns } from "./columns/column-sources.js";
import type { Fetched } from "./fetcher.js";
import { type RequestIds, requestIds } from "./ids/request-ids.js";
import { sortedIds } from "./ids/sorted-ids.js";

/** What `storeData` is given: what one fetch brought. */
export interface StoreRequest extends CacheOptions {
  readonly table: string;
  /** The ids that were asked for. Those without a row are remembered as not in the database, unless ids are texts and `rows` has others: those may be another spelling. */
  readonly ids: RequestIds;
  /** What is known of the rows from now on; dotted names as in `getData`. */
  readonly columns: readonly string[];
  /** As a fetcher answers. */
  readonly rows: Fetched;
  /** From `fetchMissingData`. Default: taken now, as if the rows were newer than all that is stored. */
  readonly sequence?: number | undefined;
  /** When the fetch began: milliseconds since 1970. Default: now. */
  readonly fetchedAt?: number | undefined;
  /** As in `getData`. */
  readonly version?: string | undefined;
  /** As in `getData`. */
  readonly schema?: ColumnTypes | undefined;
}

/**
 * Stores rows that were fetched otherwise. Rows of ids that are not in `ids` are left out.
 *
 * @returns how many rows were stored
 * @throws FetchBatchError `invalid-option`, `invalid-id`, `invalid-column`; AnswerError, ColumnNotFoundError, ColumnTypeError, JsonParseError;
 *   LarderError `disk-full`, `write-failed`, `unstorable-table`, `dataset-mismatch`
 */
export async function storeData(request: StoreRequest): Promise<number> {
  const { table, idColumn = "id", idKind = "int64", version, schema: types, sequence, fetchedAt } = request;
  checkOptions(request, [...cacheOptionNames, "version", "schema"]);
  const ids = sortedIds(requestIds(request.ids, idKind));
  const columns = requestedColumns(request.columns, idColumn);
  const pieces = await collectAnswer(request.rows, new AbortController().signal);
  const ask = { table, idColumn, idKind, ids, sources: columnSources(columns), types };
  const answer = await checkedAnswer(ask, pieces);
  const parts = await toldParts(ask, columns, answer);
  await withDataset(table, request, async (dataset) => {
    for (const { told, rows } of parts) {
      await dataset.append({ ids: told, columns, rows, version, types, sequence, fetchedAt });
    }
  });
  return answer.rows;
}
