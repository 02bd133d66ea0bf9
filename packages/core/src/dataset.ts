import type { CacheWarning } from "./events.js";
import type { ColumnSchema } from "./table.js";

/**
 * Ids of rows: whole numbers of 64 bits, or texts (UUIDs, natural keys). A dataset has one kind of them. Two texts are the
 * same id when they have the same UTF-16 code units.
 */
export type DatasetIds = BigInt64Array | readonly string[];

/** Which kind of ids a dataset has. */
export type IdKind = "int64" | "text";

/**
 * Keeps datasets: tables in many parts, of which it is known, cell by cell, what has been fetched. `@larder/store-parquet`
 * fulfils it. The type of Arrow tables is a parameter so that this package needs no Arrow.
 */
export interface DatasetStore<ArrowTable = unknown> {
  /**
   * The dataset of a table. Nothing is written before something is stored.
   *
   * @param table - such as `schema.table`; any text. Different names never share a place.
   * @throws LarderError `dataset-mismatch` when it exists with another id column or kind of ids; `newer-format`
   */
  openDataset(table: string, options?: DatasetOptions): Promise<Dataset<ArrowTable>>;
  /** The tables that are kept, in the order of their names. */
  listDatasets(): Promise<readonly string[]>;
  /** The directory of a table's dataset, whether it exists or not. */
  datasetPath(table: string): string;
  /** Forgets a table; `false` when there was none. */
  removeDataset(table: string): Promise<boolean>;
}

/** How a dataset is opened. */
export interface DatasetOptions {
  /** Name of the column of ids; default `id`. */
  readonly idColumn?: string;
  /** Default `int64`. */
  readonly idKind?: IdKind;
  /** Told of what went wrong and was survived: a damaged part, a compaction that failed. Must not throw. */
  readonly onWarning?: ((warning: CacheWarning) => void) | undefined;
}

/** One table's rows and coverage, shared by processes. */
export interface Dataset<ArrowTable = unknown> {
  readonly table: string;
  readonly path: string;
  readonly idColumn: string;
  readonly idKind: IdKind;
  /**
   * A number greater than that of all that is stored by now. Taken before a fetch begins and given to {@link append}, so that
   * what was stored or invalidated meanwhile is not undone by rows that are older than it.
   */
  nextSequence(): Promise<number>;
  /** What is stored now; later changes don't change it. */
  snapshot(): Promise<DatasetSnapshot<ArrowTable>>;
  /**
   * Stores what a fetch brought: all of it or nothing. Costs no more than the batch, however much is stored already.
   *
   * @throws ColumnTypeError; LarderError `disk-full`, `write-failed`, `unstorable-table`
   */
  append(batch: DatasetBatch<ArrowTable>): Promise<void>;
  /** Turns what was fetched before into something never fetched: of these ids, or of all. */
  invalidate(ids?: DatasetIds): Promise<void>;
  /**
   * Tells other processes, and this one, what is about to be fetched, so that each id is fetched once. Only a hint: who
   * ignores it repeats work, and nothing else.
   */
  claim(ids: DatasetIds, columns: readonly string[]): Promise<DatasetClaim>;
  /** Merges parts into files of disjoint ranges of ids, in `base/`, with one row for each id. */
  compact(options?: CompactOptions): Promise<CompactReport>;
  /** Waits for compaction in the background to end. */
  settle(): Promise<void>;
  /** Numbers for a person. */
  statistics(): Promise<DatasetStatistics>;
  /** Waits for what is under way, then releases what is held open. Snapshots stay readable until closed. */
  close(): Promise<void>;
}

/** What a fetch brought. */
export interface DatasetBatch<ArrowTable = unknown> {
  /** The ids that were asked for. Those without a row are remembered as not in the database. */
  readonly ids: DatasetIds;
  /** What is known of the rows from now on. */
  readonly columns: readonly string[];
  /** The id column and `columns`; a row for each id found, in any order. @throws LarderError `invalid-batch` for other ids or an id twice */
  readonly rows: ArrowTable;
  /** {@link Dataset.nextSequence}, taken before the fetch began. Default: taken now. */
  readonly sequence?: number | undefined;
  /** When the fetch began: milliseconds since 1970. Default: now. */
  readonly fetchedAt?: number | undefined;
  /** Such as a version of the database's schema; see {@link Freshness.version}. */
  readonly version?: string | undefined;
  /** What to make of columns whose type changed: Arrow types, which values are turned into where that is exact. */
  readonly types?: ColumnTypes | undefined;
}

/** Types of columns by name, as text such as `Int64`, `Float64`, `Utf8`, `Timestamp<MILLISECOND>`; see `columnTypeOf`. */
export type ColumnTypes = Readonly<Record<string, string>>;

/** What counts as known. */
export interface Freshness {
  /** Cells fetched so many milliseconds ago, or longer, are missing. Default: they last. A fetch in the future is missing too. */
  readonly ttlMs?: number | undefined;
  /** The same for what is known not to exist. Default: `ttlMs`. */
  readonly absentTtlMs?: number | undefined;
  /** Only what was fetched with this version counts. Default: what was fetched without one. */
  readonly version?: string | undefined;
  /** The present, in milliseconds since 1970. Default: by the clock. */
  readonly now?: number;
}

/** A dataset as it was at one moment. */
export interface DatasetSnapshot<ArrowTable = unknown> {
  /** Grows with everything that is stored. */
  readonly sequence: number;
  /** The columns ever stored, in the order they came, without the id column. */
  readonly columns: readonly ColumnSchema[];
  /** Which cells are known. Opens no data file. */
  coverage(ids: DatasetIds, columns: readonly string[], freshness?: Freshness): CellCoverage;
  /**
   * The id column and `columns`, a row for each of `ids`, in their order; ids may repeat. Each cell is the newest that was
   * fetched. To be asked only for cells that are covered.
   *
   * @throws CacheCorruptionError when a part is unreadable; it is put aside then, and a new snapshot lacks its cells.
   *   ColumnTypeError. LarderError `not-covered`, `closed-snapshot`.
   */
  read(ids: DatasetIds, columns: readonly string[], options?: DatasetReadOptions<ArrowTable>): Promise<ArrowTable>;
  /** The same in pieces, in bounded memory. */
  batches(
    ids: DatasetIds,
    columns: readonly string[],
    options?: DatasetReadOptions<ArrowTable> & { readonly rows?: number },
  ): AsyncIterable<ArrowTable>;
  /** Releases the files it holds open. */
  close(): Promise<void>;
}

/** How rows are read. */
export interface DatasetReadOptions<ArrowTable = unknown> {
  /**
   * Rows that could not be stored, newer than all that is: tables with the id column, no id twice. For their ids, the columns
   * they have come from them; later tables win.
   */
  readonly unstored?: readonly ArrowTable[];
  /** As in {@link DatasetBatch.types}. */
  readonly types?: ColumnTypes | undefined;
}

/** Which of some cells are known. Ids are distinct and ascending: numbers by value, texts by code unit. */
export interface CellCoverage {
  /** Ids with at least one cell that is neither known nor known not to exist. */
  readonly missing: DatasetIds;
  /** Ids known not to be in the database. */
  readonly absent: DatasetIds;
  /** `missing`, by which columns they lack; each group lacks at least one. */
  missingCells(): readonly { readonly columns: readonly string[]; readonly ids: DatasetIds }[];
}

/** What is being fetched by whom. */
export interface DatasetClaim {
  /** Ids that nobody else is fetching with these columns: the claimer's to fetch. Distinct and ascending. */
  readonly mine: DatasetIds;
  /** Ids that others are fetching. Distinct and ascending. */
  readonly others: DatasetIds;
  /** Resolves once one of the others has stored something, given up, or died. Rejects with the signal's reason. */
  othersMoved(signal?: AbortSignal): Promise<void>;
  /** Gives back what is `mine`. To be called also after a failure. */
  release(): Promise<void>;
}

/** How far a compaction goes. */
export interface CompactOptions {
  /** Files grow to at most about so many bytes; larger ones are split. Default: that of the store. */
  readonly partBytes?: number | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: { readonly doneRows: number; readonly totalRows: number }) => void) | undefined;
}

/** What a compaction did. */
export interface CompactReport {
  readonly partsBefore: number;
  readonly partsAfter: number;
  /** Rows in `base/` now: one for each id. */
  readonly rows: number;
  readonly bytesRead: number;
  readonly bytesWritten: number;
}

/** What a dataset is made of. */
export interface DatasetStatistics {
  /** Rows stored: ids known to exist. */
  readonly rows: number;
  /** Ids known not to exist. */
  readonly absent: number;
  readonly parts: number;
  /** Bytes of the data files. */
  readonly byteLength: number;
  /** Bytes of batches ever stored, and of parts ever written by compaction, as far back as is known. */
  readonly storedBytes: number;
  readonly compactedBytes: number;
}
