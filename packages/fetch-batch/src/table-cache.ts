import type { CompactOptions, CompactReport } from "@larder/core";
import { withDataset } from "./cache/shared-dataset.js";
import { storeOf } from "./cache/store-of.js";
import type { CacheOptions } from "./cache-options.js";
import { cacheOptionNames, checkOptions } from "./call/checked-options.js";
import { type RequestIds, requestIds } from "./ids/request-ids.js";

/**
 * Forgets what was fetched of a table: of these ids, or of all. The next request fetches it anew.
 *
 * @throws FetchBatchError `invalid-option`, `invalid-id`; LarderError `write-failed`, `disk-full`, `dataset-mismatch`
 */
export async function invalidate(table: string, ids?: RequestIds, options: CacheOptions = {}): Promise<void> {
  checkOptions({ ...options, table }, cacheOptionNames);
  const own = ids === undefined ? undefined : requestIds(ids, options.idKind ?? "int64");
  await withDataset(table, options, (dataset) => dataset.invalidate(own));
}

/**
 * Merges what is cached of a table into files of disjoint ranges of ids: afterwards `base/*.parquet` in `getTableCachePath(table)` has exactly
 * one row for each id, for DuckDB and the like.
 *
 * @throws FetchBatchError `invalid-option`; LarderError `write-failed`, `disk-full`, `dataset-mismatch`; the reason of the signal
 */
export async function compact(table: string, options: CacheOptions & CompactOptions = {}): Promise<CompactReport> {
  checkOptions({ ...options, table }, [...cacheOptionNames, "partBytes", "signal", "onProgress"]);
  const { partBytes, signal, onProgress } = options;
  return withDataset(table, options, (dataset) => dataset.compact({ partBytes, signal, onProgress }));
}

/** What `expandCacheFiles` is asked. */
export interface ExpandRequest extends CacheOptions {
  readonly table: string;
  /** Files have at most about so many bytes afterwards. Default: as the store does, 100 MB. */
  readonly partBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
}

/** Splits files of a table's cache that have grown too large, by ranges of ids. @throws as `compact` */
export async function expandCacheFiles({ table, ...options }: ExpandRequest): Promise<CompactReport> {
  return compact(table, options);
}

/** The directory of what is cached of a table, whether there is anything or not. @throws as `storeOf` */
export async function getTableCachePath(table: string, options: CacheOptions = {}): Promise<string> {
  checkOptions({ ...options, table }, cacheOptionNames);
  return (await storeOf(options)).datasetPath(table);
}
