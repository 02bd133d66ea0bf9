import {
  type CacheWarning,
  type Clock,
  type ColumnTypes,
  type Dataset,
  type DatasetBatch,
  type DatasetIds,
  type Freshness,
  type IdKind,
  systemClock,
} from "@larder/core";
import type { Table } from "apache-arrow";
import { requestedColumns } from "../columns/column-sources.js";
import type { DataRequest, FetchOptions, RowsRequest } from "../data-request.js";
import type { BatchFailure } from "../errors/batch-fetch-error.js";
import { requestIds } from "../ids/request-ids.js";
import { noIds, sortedIds } from "../ids/sorted-ids.js";
import { type MemoryPeak, memoryPeak } from "./memory-peak.js";
import { onceForEachCode } from "./once-for-each-code.js";

/** Rows that were fetched in this call, and are still in memory. */
export interface KeptRows {
  /** Ids that have a row here: ascending. */
  readonly ids: DatasetIds;
  readonly columns: readonly string[];
  readonly rows: Table;
}

/** What a call has done so far. */
export interface CallCounts {
  queries: number;
  batches: number;
  retries: number;
  idsFetched: number;
  rowsFetched: number;
  cellsFetched: number;
  rowsStored: number;
}

/** One call of `getData` or its like, on its way. */
export interface DataCall {
  readonly table: string;
  readonly idColumn: string;
  readonly idKind: IdKind;
  /** In the order of the request. */
  readonly ids: DatasetIds;
  /** Distinct, without the id column. */
  readonly columns: readonly string[];
  readonly types: ColumnTypes | undefined;
  readonly dataset: Dataset<Table>;
  readonly freshness: Freshness;
  readonly fetching: FetchOptions | undefined;
  readonly strict: boolean;
  readonly signal: AbortSignal | undefined;
  readonly clock: Clock;
  readonly warn: (warning: Omit<CacheWarning, "type">) => void;
  /** Takes what was fetched: into the dataset. @throws as `Dataset.append` */
  store: (batch: DatasetBatch<Table>) => Promise<void>;
  /** `true`: a batch fails where no sequence is to be had, as nothing else keeps its rows. */
  needsSequence: boolean;
  /** Most bytes of fetched rows that are kept in memory, where they can be read back. */
  keptLimit: number;

  readonly counts: CallCounts;
  readonly memory: MemoryPeak;
  readonly startedAt: number;
  kept: KeptRows[];
  keptBytes: number;
  /** From now on all that is fetched is kept, whatever it takes: the store has failed to give it back. */
  keepAll: boolean;
  /** Ids that this call was told have no row: ascending. */
  absent: DatasetIds;
  failures: BatchFailure[];
}

const defaultKeptLimit = 512 * 2 ** 20;

/** Begins a call. The options were looked at before. @throws FetchBatchError `invalid-id`, `invalid-column`, `invalid-option` */
export function dataCall(request: RowsRequest & Partial<DataRequest>, dataset: Dataset<Table>): DataCall {
  const { table, idColumn = "id", idKind = "int64", clock = systemClock, memoryLimitBytes } = request;
  const ids = requestIds(request.ids, idKind);
  return {
    table,
    idColumn,
    idKind,
    ids,
    columns: requestedColumns(request.columns, idColumn),
    types: request.schema,
    dataset,
    freshness: { ttlMs: request.ttlMs, absentTtlMs: request.absentTtlMs, version: request.version },
    fetching: request.fetcher === undefined ? undefined : { ...request, fetcher: request.fetcher },
    strict: request.strict ?? false,
    signal: request.signal,
    clock,
    warn: onceForEachCode(request.onWarning),
    store: (batch) => dataset.append(batch),
    needsSequence: false,
    keptLimit: memoryLimitBytes === undefined ? defaultKeptLimit : memoryLimitBytes / 4,
    counts: { queries: 0, batches: 0, retries: 0, idsFetched: 0, rowsFetched: 0, cellsFetched: 0, rowsStored: 0 },
    memory: memoryPeak(clock),
    startedAt: clock.monotonic(),
    kept: [],
    keptBytes: 0,
    keepAll: false,
    absent: noIds(ids),
    failures: [],
  };
}

/** What counts as known at this moment. */
export function freshnessNow(call: DataCall): Freshness {
  return { ...call.freshness, now: call.clock.now() };
}

/** The ids of the request, ascending, each once. */
export function distinctIds(call: DataCall): DatasetIds {
  return sortedIds(call.ids);
}
