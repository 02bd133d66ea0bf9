// asking through the cache

export type { CacheOptions } from "./cache-options.js";
export type { DataAnswer, FetchReport } from "./data-answer.js";
export type { DataRequest, FetchOptions, FreshnessOptions, RowsRequest } from "./data-request.js";
export { getData } from "./get-data.js";
export { type DataStream, type StreamRequest, streamData } from "./stream-data.js";

// what answers

export type { ArrowTableLike, FetchContext, Fetched, FetchedRow, Fetcher, FetchIds } from "./fetcher.js";

// ready fetchers

export type { HttpRequest, MadeRequest } from "./fetchers/http/http-request.js";
export { type HttpJsonFetcher, type HttpJsonFetcherOptions, httpJsonFetcher } from "./fetchers/http-json-fetcher.js";
export type { KyselyConnection } from "./fetchers/kysely/kysely-connection.js";
export { type KyselyFetcherOptions, kyselyFetcher } from "./fetchers/kysely-fetcher.js";
export type { TypeCast } from "./fetchers/mysql/exact-type-cast.js";
export {
  type MysqlCallbackConnection,
  type MysqlConnection,
  type MysqlFetcherOptions,
  type MysqlQuery,
  mysqlFetcher,
} from "./fetchers/mysql-fetcher.js";
export type { PgFetcherOptions } from "./fetchers/pg/pg-fetch.js";
export { type PgConnection, pgFetcher } from "./fetchers/pg-fetcher.js";
export type { SqlFetcher } from "./fetchers/sql/sql-fetcher.js";
export type { ResolveTable, TableName } from "./fetchers/sql/table-name.js";
export {
  type SqliteDatabase,
  type SqliteFetcherOptions,
  type SqliteStatement,
  sqliteFetcher,
} from "./fetchers/sqlite-fetcher.js";

// the parts

export { cacheDirectory, type Surroundings } from "./cache/cache-directory.js";
export { closeCaches } from "./cache/store-of.js";
export { calculateBatchSize } from "./calculate-batch-size.js";
export { extractJsonValue } from "./columns/extract-json-value.js";
export { type ColumnName, parseColumnName } from "./columns/parse-column-name.js";
export { type FetchedBatch, type FetchedData, fetchMissingData, type MissingRequest } from "./fetch-missing-data.js";
export { isRetryable } from "./fetching/is-retryable.js";
export type { Pace } from "./fetching/pace.js";
export { type CachedData, type CachedRequest, getCachedData } from "./get-cached-data.js";
export type { Id } from "./ids/ids-for-people.js";
export type { IntegerArray, RequestIds } from "./ids/request-ids.js";
export { type StoreRequest, storeData } from "./store-data.js";
export { compact, type ExpandRequest, expandCacheFiles, getTableCachePath, invalidate } from "./table-cache.js";

// progress

export type { TerminalStream } from "./progress/hidden-cursor.js";
export type { ProgressEvent, ProgressListener } from "./progress/progress-event.js";
export { type TerminalProgress, type TerminalProgressOptions, terminalProgress } from "./progress/terminal-progress.js";

// errors

export { CacheCorruptionError, ColumnTypeError } from "@larder/core";
export { AnswerError } from "./errors/answer-error.js";
export { type BatchFailure, BatchFetchError } from "./errors/batch-fetch-error.js";
export { ColumnNotFoundError } from "./errors/column-not-found-error.js";
export { DataNotFoundError } from "./errors/data-not-found-error.js";
export { FetchBatchError } from "./errors/fetch-batch-error.js";
export { FetchTimeoutError } from "./errors/fetch-timeout-error.js";
export { JsonParseError, type JsonParsePlace } from "./errors/json-parse-error.js";
export { HttpFailedError } from "./fetchers/http/http-failed-error.js";
export { HttpStatusError } from "./fetchers/http/http-status-error.js";
