import type { Data, Schema, Table } from "apache-arrow";
import type { Arrow } from "../../arrow/load-arrow.js";
import { breathe, isTimeToBreathe } from "../../format/breathe.js";
import { takeColumn } from "../columns/take-column.js";
import type { IdSet } from "../ids/id-set.js";
import { idBounds } from "../ids/look-up.js";
import { idsIn } from "../ids/make-id-set.js";
import { rowsOfIds } from "../ids/rows-of-ids.js";
import type { PartRecord } from "../part-record.js";
import { keysIn } from "./merge-runs.js";
import type { MergedColumn } from "./merged-columns.js";
import type { PartWindow, WindowRows } from "./part-window.js";
import type { MergeEpochs, SettledSlice } from "./settle-slice.js";
import { pickKeys } from "./surviving-pieces.js";

/** What rows are made from. */
export interface RowSources {
  readonly arrow: Arrow;
  readonly schema: Schema;
  readonly idColumn: string;
  readonly idKind: "int64" | "text";
  readonly columns: readonly MergedColumn[];
  readonly parts: readonly { readonly record: PartRecord; readonly window: PartWindow }[];
  /** The place in `parts` of the part of each epoch. */
  readonly partOf: Uint16Array;
}

/** Rows for the keys of a slice of which a cell is known. */
export interface MergedRows {
  readonly table: Table;
  readonly keys: IdSet;
  /** The greatest sequence of the cells of each row. */
  readonly sequences: Float64Array;
}

/** Puts each cell that counts into the row of its key; what is not known is null. `undefined` where nothing is known. */
export async function mergedRows(
  sources: RowSources,
  merge: MergeEpochs,
  slice: SettledSlice,
): Promise<MergedRows | undefined> {
  const { arrow, schema, columns, idKind, idColumn } = sources;
  const newest = newestWinners(slice);
  const places = placesWhere(newest);
  if (places.length === 0) return undefined;
  const keys = pickKeys(slice.keys, places);
  const read = await readSources(sources, slice, newest);
  const keyData = arrow.makeData({ type: new arrow.Int64(), data: idsIn(keys), length: keys.size }) as Data;
  const taken: Data[] = [keyData];
  if (idKind === "text") {
    const type = schema.fields[0]!.type;
    taken.unshift(takeCells(arrow, type, idColumn, cellPicks(sources, read, newest, places), read));
  }
  const groupOf = new Map(merge.groups.flatMap((names, group) => names.map((name) => [name, group] as const)));
  const picks = new Map<number, CellPicks>();
  for (const { name, type } of columns) {
    if (isTimeToBreathe()) await breathe();
    const group = groupOf.get(name);
    if (group === undefined) {
      taken.push(takeColumn(arrow, type, [], { length: places.length, row: new Int32Array(places.length).fill(-1) }));
      continue;
    }
    const own = picks.get(group) ?? cellPicks(sources, read, slice.winners[group]!, places);
    picks.set(group, own);
    taken.push(takeCells(arrow, type, name, own, read));
  }
  const struct = arrow.makeData({
    type: new arrow.Struct(schema.fields),
    length: places.length,
    nullCount: 0,
    children: taken,
  });
  return {
    table: new arrow.Table(schema, new arrow.RecordBatch(schema, struct)),
    keys,
    sequences: Float64Array.from(places, (place) => merge.epochs[newest[place]!]!.epoch.sequence),
  };
}

/** For each key of a slice the last of the epochs whose cells are known, or -1. */
function newestWinners({ keys, winners }: SettledSlice): Int32Array {
  if (winners.length === 1) return winners[0]!;
  const newest = new Int32Array(keys.size).fill(-1);
  for (const winner of winners) {
    for (let i = 0; i < newest.length; i++) if (winner[i]! > newest[i]!) newest[i] = winner[i]!;
  }
  return newest;
}

function placesWhere(winner: Int32Array): Int32Array {
  const places = new Int32Array(winner.length);
  let count = 0;
  for (let i = 0; i < winner.length; i++) if (winner[i]! >= 0) places[count++] = i;
  return places.subarray(0, count);
}

/** Rows of a part that are in a slice: `places[i]` is the place of row `first + i` in it. */
interface SourceRows {
  readonly first: number;
  readonly places: Int32Array;
  readonly rows: WindowRows;
}

/** Reads what is in the slice of each part that an epoch counts of. */
async function readSources(
  { parts, partOf }: RowSources,
  { keys, winners }: SettledSlice,
  newest: Int32Array,
): Promise<(SourceRows | undefined)[]> {
  const wanted = new Set<number>();
  for (const winner of [newest, ...winners]) {
    for (let i = 0; i < winner.length; i++) if (winner[i]! >= 0) wanted.add(partOf[winner[i]!]!);
  }
  const range = idBounds(keys)!;
  const read: (SourceRows | undefined)[] = [];
  for (const [i, { record, window }] of parts.entries()) {
    const own = wanted.has(i) ? keysIn(record.keys, range) : undefined;
    if (!own || own.size === 0) {
      read.push(undefined);
      continue;
    }
    const { low } = idBounds(own)!;
    const first = rowsOfIds(record.keys, keysIn(own, { low, high: low }))[0]!;
    const rows = await window.read(first, first + own.size);
    read.push({ first, places: rowsOfIds(keys, own), rows });
  }
  return read;
}

/** Where the cells of a group of columns come from. */
interface CellPicks {
  /** Places of the parts they come from. */
  readonly used: readonly number[];
  readonly source: Uint16Array;
  readonly row: Int32Array;
}

function cellPicks(
  { partOf }: RowSources,
  read: readonly (SourceRows | undefined)[],
  winner: Int32Array,
  places: Int32Array,
): CellPicks {
  const sourceAt = new Uint16Array(winner.length);
  const rowAt = new Int32Array(winner.length).fill(-1);
  const used: number[] = [];
  for (const [part, own] of read.entries()) {
    if (!own) continue;
    const offset = own.first - own.rows.first;
    let isUsed = false;
    for (let i = 0; i < own.places.length; i++) {
      const place = own.places[i]!;
      const epoch = winner[place]!;
      if (epoch < 0 || partOf[epoch] !== part) continue;
      sourceAt[place] = used.length;
      rowAt[place] = offset + i;
      isUsed = true;
    }
    if (isUsed) used.push(part);
  }
  const source = new Uint16Array(places.length);
  const row = new Int32Array(places.length);
  for (let i = 0; i < places.length; i++) {
    source[i] = sourceAt[places[i]!]!;
    row[i] = rowAt[places[i]!]!;
  }
  return { used, source, row };
}

function takeCells(
  arrow: Arrow,
  type: Data["type"],
  name: string,
  { used, source, row }: CellPicks,
  read: readonly (SourceRows | undefined)[],
): Data {
  const sources = used.map((part) => read[part]!.rows.columns.get(name)!);
  return takeColumn(arrow, type, sources, { length: row.length, row, ...(used.length > 1 && { source }) });
}
