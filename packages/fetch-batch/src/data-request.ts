import type { Clock, ColumnTypes } from "@larder/core";
import type { CacheOptions } from "./cache-options.js";
import type { Fetcher } from "./fetcher.js";
import type { Pace } from "./fetching/pace.js";
import type { RequestIds } from "./ids/request-ids.js";
import type { ProgressListener } from "./progress/progress-event.js";

/** Which rows and columns of which table. */
export interface RowsRequest extends CacheOptions {
  /** Such as `schema.table`. Different names never share a place. */
  readonly table: string;
  /** Ids of rows, in the order of the answer; they may repeat. */
  readonly ids: RequestIds;
  /**
   * Names of columns, without the id column, which always comes first. A dotted name reaches into JSON: `vendor.address.city`,
   * `items.0.sku`. A column whose real name has a dot is found first under its real name.
   */
  readonly columns: readonly string[];
  /** Types of columns that the answer shall have, such as `{ price: "float64" }`: see the README. Default: those of the values. */
  readonly schema?: ColumnTypes | undefined;
  /** Ends the call, also within a batch; what was stored stays. */
  readonly signal?: AbortSignal | undefined;
  /** Where time comes from, for tests. */
  readonly clock?: Clock | undefined;
}

/** What of the cache counts. */
export interface FreshnessOptions {
  /** Cells fetched so many milliseconds ago, or longer, are fetched anew; above 0. Default: they last. */
  readonly ttlMs?: number | undefined;
  /** The same for ids that the database has no row for. Default: `ttlMs`. */
  readonly absentTtlMs?: number | undefined;
  /** Such as a version of the database's schema: only what was fetched with the same one counts. Default: what was fetched without. */
  readonly version?: string | undefined;
}

/** How a database is asked. */
export interface FetchOptions {
  readonly fetcher: Fetcher;
  /** Ids in a batch. Default: a hundredth of those missing, at least 100. */
  readonly batchSize?: number | undefined;
  /** Batches at the same time, 1 or more; default 4. */
  readonly concurrency?: number | undefined;
  /** How often a batch is tried again when it failed with something that may pass; default 2. */
  readonly retries?: number | undefined;
  /** Milliseconds before a batch is tried again, 0 or more; twice as long each time, by chance up to half shorter. Default 200. */
  readonly retryDelayMs?: number | undefined;
  /** Whether a failure may pass; `undefined`: as `isRetryable` says. */
  readonly isRetryable?: ((error: unknown) => boolean | undefined) | undefined;
  /** Milliseconds that one attempt may take, above 0. Default: as long as it takes. */
  readonly timeoutMs?: number | undefined;
  /**
   * About how many bytes the call may hold besides its answer. Batches shrink, and rows are read back from disk. Default: no limit
   * for batches, and 512 MiB of fetched rows.
   */
  readonly memoryLimitBytes?: number | undefined;
  /** Told before the first batch, and after each. Must not throw. */
  readonly onProgress?: ProgressListener | undefined;
  /** What waiting is made of, for tests. */
  readonly pace?: Pace | undefined;
}

/** What `getData` is asked. */
export interface DataRequest extends RowsRequest, FreshnessOptions, FetchOptions {
  /** `true`: fetch everything, whatever is cached. Default `false`. */
  readonly refresh?: boolean | undefined;
  /**
   * What to ask for where only some of the columns of an id are cached. `rows` (default): all that were requested; `missing-cells`:
   * those it lacks, for fetchers that heed `columns`.
   */
  readonly refetch?: "rows" | "missing-cells" | undefined;
  /** What to do about ids without a row. `throw` (default): a DataNotFoundError; `omit`: leave their rows out, and list them. */
  readonly onMissing?: "throw" | "omit" | undefined;
  /** `true`: a damaged file of the cache is a CacheCorruptionError. Default `false`: its rows are fetched again. */
  readonly strict?: boolean | undefined;
}
