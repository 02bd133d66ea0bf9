import type { Table } from "apache-arrow";
import type { Id } from "./ids/ids-for-people.js";

/** What `getData` gives. */
export interface DataAnswer {
  /** The id column (`Int64`, or `Utf8` for texts), then the requested columns in their order; rows in the order of `ids`. */
  readonly table: Table;
  /**
   * One object for each row. Ids are numbers within ±(2⁵³ − 1), and bigints beyond; integers of 64 bits are bigints; timestamps in milliseconds
   * are dates; JSON is parsed, with bigints for whole numbers beyond ±(2⁵³ − 1). Else as Arrow gives them.
   *
   * @throws JsonParseError for a column that `schema` calls JSON, and that is not
   */
  toRows(): Record<string, unknown>[];
  /** One array for each column: typed arrays for numbers without nulls (ids: `BigInt64Array`), else values as in `toRows`. */
  toColumns(): Record<string, ArrayLike<unknown>>;
  /** Ids that the database has no row for, each once, ascending; with `onMissing: "throw"` always empty. */
  readonly missingIds: readonly Id[];
  readonly report: FetchReport;
}

/** What a call has cost. */
export interface FetchReport {
  /** Calls of the fetcher, those that failed too. */
  readonly queries: number;
  readonly batches: number;
  /** Attempts after the first, of all batches. */
  readonly retries: number;
  /** Ids that the database was asked for, and has answered, with a row or without. */
  readonly idsFetched: number;
  readonly rowsFetched: number;
  /** Rows fetched times columns asked for. */
  readonly cellsFetched: number;
  /** Rows that were stored. */
  readonly rowsStored: number;
  /** Ids of the request, each once, that needed no query of this call. */
  readonly idsFromCache: number;
  readonly seconds: number;
  /**
   * The most that the heap of the process and its buffers had in them during the call, in units of 2²⁰ bytes: looked at after each batch, and
   * at the end. Others in the process are in it too.
   */
  readonly peakMegabytes: number;
}
