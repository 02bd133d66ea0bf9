/** A row of a database by the names of its columns. `undefined` counts as null. */
export type FetchedRow = Readonly<Record<string, unknown>>;

/** An Arrow table of any copy of `apache-arrow`, as far as it has to be known here. */
export interface ArrowTableLike {
  readonly numRows: number;
  readonly numCols: number;
  readonly schema: { readonly fields: readonly { readonly name: string }[] };
  readonly batches: readonly unknown[];
}

/** What a fetcher answers with: rows in any order, at once or as they come. */
export type Fetched =
  | readonly FetchedRow[]
  | ArrowTableLike
  | AsyncIterable<readonly FetchedRow[] | FetchedRow | ArrowTableLike>;

/**
 * Ids of one batch, distinct: numbers within ±(2⁵³ − 1) and bigints beyond, or texts. Where all are numbers, it is an array of numbers.
 */
export type FetchIds = readonly (number | bigint)[] | readonly string[];

/** What a fetcher is told besides ids and table. */
export interface FetchContext {
  /**
   * The database columns to select, the id column first. Of a dotted name that reaches into JSON it is the column that holds
   * the JSON. A fetcher may answer with more columns.
   */
  readonly columns: readonly string[];
  readonly idColumn: string;
  /** Aborted when the caller gives up, or the time of the batch is over. */
  readonly signal: AbortSignal;
}

/**
 * Asks the database for the rows of some ids. Ids without a row are not in the database. A rejection whose cause may pass is
 * asked again; see `isRetryable`.
 */
export interface Fetcher {
  (ids: FetchIds, table: string, context: FetchContext): Promise<Fetched> | Fetched;
  /** Names of the table's columns, where it can tell: then a column whose real name has a dot is found under that name. */
  columnsOf?(table: string, signal: AbortSignal): Promise<readonly string[]>;
}
