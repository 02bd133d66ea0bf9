import type { JsonValue } from "./blob-record.js";

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

/** A lazy reading of part of a table. Each narrowing returns a new scan; the last methods read. */
export interface TableScan<ArrowTable = unknown> {
  /** Only these columns, in this order. @throws LarderError `unknown-column` when read, naming the nearest */
  select(columns: readonly string[]): TableScan<ArrowTable>;
  /** Only the rows from `offset`, at most `length` of them. */
  slice(offset: number, length?: number): TableScan<ArrowTable>;
  /** Only the first `count` rows. */
  head(count: number): TableScan<ArrowTable>;
  /** Names and types of the selected columns; reads the footer only. */
  schema(): Promise<readonly ColumnSchema[]>;
  /** Number of rows; reads the footer only. */
  count(): Promise<number>;
  toArrow(): Promise<ArrowTable>;
  /** One array per column, as Arrow's `toArray`-like values. */
  toColumns(): Promise<Record<string, ArrayLike<unknown>>>;
  toRows(): Promise<Record<string, unknown>[]>;
  /** Bytes read so far through the handle this scan came from. */
  readonly bytesRead: number;
}

/** One column of a stored table. */
export interface ColumnSchema {
  readonly name: string;
  /** The Arrow type as text, such as `Int64` or `Timestamp<MICROSECOND>`. */
  readonly type: string;
  readonly nullable: boolean;
  readonly metadata?: Readonly<Record<string, JsonValue>>;
}
