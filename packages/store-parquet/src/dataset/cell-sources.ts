import type { Data } from "apache-arrow";

/** Rows of some columns from one place: a chunk of a table in memory, or rows read from a part. */
export interface CellSource {
  readonly length: number;
  /** @param column one of the group's */
  column(name: string): Data;
}

/** Where the cells of some columns come from: for each wanted id, by its slot, the source and the row there. */
export interface CellGroup {
  readonly columns: readonly string[];
  readonly sources: CellSource[];
  readonly source: Int32Array;
  /** −1 as long as no source is known. */
  readonly row: Int32Array;
}

export function cellGroup(columns: readonly string[], slots: number): CellGroup {
  return { columns, sources: [], source: new Int32Array(slots), row: new Int32Array(slots).fill(-1) };
}

/** The same places for other columns; sources may be added to either. */
export function copiedGroup(group: CellGroup, columns: readonly string[]): CellGroup {
  return { columns, sources: [...group.sources], source: group.source.slice(), row: group.row.slice() };
}

/** As many sources as `takeColumn` takes. */
const mostSources = 65_536;

/** The places of the rows of an answer. @param slotOfRow absent: row `n` has slot `n` */
export function picksOf({ sources, source, row }: CellGroup, slotOfRow: Int32Array | undefined): CellPicks {
  const rows = slotOfRow ? slotOfRow.map((slot) => row[slot]!) : row;
  if (sources.length < 2) return { row: rows };
  const places = sourcePlaces(rows.length, sources.length);
  for (let i = 0; i < places.length; i++) places[i] = source[slotOfRow ? slotOfRow[i]! : i]!;
  return { row: rows, source: places };
}

/** For each row the place of its source, absent where there is one, and the row there. */
export interface CellPicks {
  readonly row: Int32Array;
  readonly source?: SourcePlaces;
}

/** Places of sources; in 16 bits where `takeColumn` takes so many. */
export type SourcePlaces = Uint16Array | Int32Array;

/** Room for the places of sources of so many rows. */
export function sourcePlaces(length: number, sources: number): SourcePlaces {
  return sources <= mostSources ? new Uint16Array(length) : new Int32Array(length);
}
