import type { JsonValue } from "./blob-record.js";
import type { TableFilter } from "./table-filter.js";

/**
 * What the rest of Larder needs of a stored table; `@larder/store-parquet` fulfils it. The type of Arrow tables is a
 * parameter so that this package needs no Arrow.
 */
export interface TableHandle<ArrowTable = unknown> {
  /** A lazy reading of the whole table: nothing is read until one of its last methods is called. */
  scan(): TableScan<ArrowTable>;
  /** Releases what the table holds open. */
  close(): Promise<void>;
}

/**
 * A lazy reading of part of a table. Each narrowing returns a new scan and applies to what the narrowings before it left:
 * `where(…).head(20)` are the first 20 rows that match, `head(20).where(…)` those that match among the first 20. Rows keep
 * the order of the table. The last methods read.
 */
export interface TableScan<ArrowTable = unknown> {
  /** Only these columns, in this order. @throws LarderError `unknown-column` when read, naming the nearest */
  select(columns: readonly string[]): TableScan<ArrowTable>;
  /** Only the rows for which the filter is true; its columns need not be selected. @throws LarderError `invalid-filter` when read */
  where(filter: TableFilter): TableScan<ArrowTable>;
  /** Only the rows from `offset`, at most `length` of them. */
  slice(offset: number, length?: number): TableScan<ArrowTable>;
  /** Only the first `count` rows. */
  head(count: number): TableScan<ArrowTable>;
  /** `count` rows by chance, each equally likely, in the order of the table; all where there are fewer. The same for the same seed. */
  sample(count: number, options?: SampleOptions): TableScan<ArrowTable>;
  /** Names and types of the selected columns; reads the footer only. */
  schema(): Promise<readonly ColumnSchema[]>;
  /** Number of rows; reads the footer only, and with `where` the columns of the filter. */
  count(): Promise<number>;
  toArrow(): Promise<ArrowTable>;
  /** One array per column, as Arrow's `toArray`-like values. */
  toColumns(): Promise<Record<string, ArrayLike<unknown>>>;
  /**
   * One object per row. Where these are many values, or one can't be made, values are made when they are looked at: an error about a
   * value comes then. A row that is changed keeps its values itself. To clone or post rows whatever their number, copy them first:
   * `{ ...row }`.
   */
  toRows(): Promise<Record<string, unknown>[]>;
  /** The rows as a stream of tables, none without rows, in bounded memory. What was not asked for is not read. */
  batches(options?: BatchOptions): AsyncIterable<ArrowTable>;
  /** What would be read, and why; reads the footer and the indexes it needs. */
  explain(): Promise<ReadPlan>;
  /** Bytes read so far through the handle this scan came from. */
  readonly bytesRead: number;
}

/** How rows are drawn. */
export interface SampleOptions {
  /** A whole number; default 0. */
  readonly seed?: number;
}

/** How rows are cut into batches. */
export interface BatchOptions {
  /** Most rows in one batch, at least 1; default 65,536. */
  readonly rows?: number;
}

/** What a scan reads of a table, as plain data. */
export interface ReadPlan {
  /** Rows of the table. */
  readonly rows: number;
  /** The columns returned, in their order. */
  readonly columns: readonly string[];
  /** The narrowings, in their order, such as `where delay > 60` or `head 20`. */
  readonly steps: readonly string[];
  /** Columns that are read to decide which rows are wanted. */
  readonly filterColumns: readonly string[];
  readonly rowGroups: readonly RowGroupPlan[];
  /**
   * What is read of the file besides its footer and indexes (and what came with them), in order and joined where parts
   * touch: exactly that without a filter; with one, at most that, for what its columns rule out is known only when they have
   * been read.
   */
  readonly ranges: readonly { readonly start: number; readonly end: number }[];
  /** Sum of the ranges, in bytes. */
  readonly bytes: number;
}

/** What a scan reads of one row group. */
export interface RowGroupPlan {
  readonly rows: number;
  readonly decision: "read" | "skipped";
  /** Why it is skipped. */
  readonly by?: "slice" | "statistics" | "bloom-filter" | "page-index";
  /** Rows that may be wanted, as far as statistics and indexes tell: they, at most, are read. */
  readonly candidateRows: number;
}

/** One column of a stored table. */
export interface ColumnSchema {
  readonly name: string;
  /** The Arrow type as text, such as `Int64` or `Timestamp<MICROSECOND>`. */
  readonly type: string;
  readonly nullable: boolean;
  readonly metadata?: Readonly<Record<string, JsonValue>>;
}
