import type { PartColumn, PartRecord } from "../part-record.js";

/** What a dataset is made of after an entry of its log. Never changed once made. */
export interface DatasetState {
  /** Number of the log's entry it is the state after; 0: nothing was ever stored. */
  readonly entry: number;
  /** By name. */
  readonly parts: ReadonlyMap<string, PartRecord>;
  /** The columns ever stored, in the order they came, each with the type that all its parts fit in. */
  readonly columns: readonly PartColumn[];
  /** The greatest sequence of all epochs ever stored; 0 where there are none. */
  readonly sequence: number;
  /** Files that no longer count, and may not be unlinked yet. */
  readonly retired: readonly RetiredFile[];
  /** Bytes of batches ever stored, as far back as is known. */
  readonly storedBytes: number;
  /** Bytes ever written by merging, as far back as is known. */
  readonly compactedBytes: number;
}

/** A file of a part that an entry removed. */
export interface RetiredFile {
  /** As {@link PartRecord.name}. */
  readonly name: string;
  /** The entry that removed it. */
  readonly entry: number;
}

/** What one entry of the log changes. */
export interface Change {
  /** `batch`: what was stored or invalidated; `merge`: parts in place of others; `drop`: parts that are unreadable or unwanted. */
  readonly kind: "batch" | "merge" | "drop";
  readonly add: readonly PartRecord[];
  /** Names of parts that count no more. Those not there are passed over. */
  readonly remove: readonly string[];
  /** All columns from now on, where that changes. */
  readonly columns?: readonly PartColumn[];
}

/** A change with what the log itself adds to it. */
export interface LoggedChange extends Change {
  /** Retired files that are unlinked by now. */
  readonly gone?: readonly string[];
}

/** A dataset in which nothing was stored. */
export const emptyState: DatasetState = {
  entry: 0,
  parts: new Map(),
  columns: [],
  sequence: 0,
  retired: [],
  storedBytes: 0,
  compactedBytes: 0,
};

/** The state after one more change. What is removed is removed before anything is added. */
export function applied(state: DatasetState, change: LoggedChange): DatasetState {
  const entry = state.entry + 1;
  const parts = new Map(state.parts);
  const added = new Set(change.add.map(({ name }) => name));
  const retired = new Map(state.retired.map((file) => [file.name, file]));
  for (const name of change.gone ?? []) retired.delete(name);
  for (const name of change.remove) {
    if (parts.delete(name) && !added.has(name)) retired.set(name, { name, entry });
  }
  for (const part of change.add) {
    parts.set(part.name, part);
    retired.delete(part.name);
  }
  const addedBytes = change.add.reduce((bytes, { byteLength }) => bytes + byteLength, 0);
  return {
    entry,
    parts,
    columns: change.columns ?? state.columns,
    sequence: greatestSequence(change.add, state.sequence),
    retired: [...retired.values()],
    storedBytes: state.storedBytes + (change.kind === "batch" ? addedBytes : 0),
    compactedBytes: state.compactedBytes + (change.kind === "merge" ? addedBytes : 0),
  };
}

/** The greatest sequence of the epochs of some parts, or `least` where that is greater. */
export function greatestSequence(parts: Iterable<PartRecord>, least = 0): number {
  let greatest = least;
  for (const { epochs } of parts) {
    for (const { sequence } of epochs) greatest = Math.max(greatest, sequence);
  }
  return greatest;
}
