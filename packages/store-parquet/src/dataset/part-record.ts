import type { IdSet } from "./ids/id-set.js";

/** Where a part stands: in `base`, where ranges of ids are disjoint, or in `recent`, as it came. */
export type PartPlace = "base" | "recent";

/**
 * One file of a dataset: rows in ascending order of their keys, each key once. A key is the id itself, or the digest of a text
 * id (see `text-keys.ts`). A part without rows holds only epochs.
 */
export interface PartRecord {
  /** Path below the dataset's directory, with `/`: `recent/…parquet`. Never used again for another file. */
  readonly name: string;
  readonly place: PartPlace;
  /** Keys of its rows: the row at place `n` has the n-th of them. */
  readonly keys: IdSet;
  readonly byteLength: number;
  /** Checksum of the whole file, as `checksumOf` of core makes it. */
  readonly checksum: string;
  /** `chunkDigests` of the file. */
  readonly chunkDigests: Uint8Array;
  /** Its columns, without the id column, the key column and the sequence column. */
  readonly columns: readonly PartColumn[];
  /** What it tells of cells. Rows epochs name only cells that its rows hold. */
  readonly epochs: readonly Epoch[];
  /** Names of the parts it was merged from, whose epochs it repeats; empty for a batch. */
  readonly replaces: readonly string[];
}

/** A column of a part. */
export interface PartColumn {
  readonly name: string;
  /** The Arrow type as text, as `typeText` gives it. */
  readonly type: string;
  /** Of 64-bit integers: whether each value is exactly a double. */
  readonly fitsDouble?: boolean;
  /** Metadata of the Arrow field. */
  readonly metadata?: Readonly<Record<string, string>>;
}

/**
 * What one fetch, or one invalidation, says about cells. For each cell the epoch with the greatest `sequence` counts.
 *
 * - `rows`: the cells of these keys and columns are known, and those keys exist.
 * - `absent`: these keys do not exist: nothing else is known of them.
 * - `invalid`: nothing is known of these keys any more; `keys` absent: of all keys.
 */
export type Epoch = RowsEpoch | AbsentEpoch | InvalidEpoch;

interface Fetched {
  readonly sequence: number;
  readonly keys: IdSet;
  /** When the fetch began: milliseconds since 1970. */
  readonly fetchedAt: number;
  readonly version?: string;
}

export interface RowsEpoch extends Fetched {
  readonly kind: "rows";
  readonly columns: readonly string[];
}

/** Where ids are texts, `texts` are the ids in the order of their keys: two texts may have one key. */
export interface AbsentEpoch extends Fetched {
  readonly kind: "absent";
  readonly texts?: readonly string[];
}

export interface InvalidEpoch {
  readonly kind: "invalid";
  readonly sequence: number;
  readonly keys?: IdSet;
  readonly at: number;
}
