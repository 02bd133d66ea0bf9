import { type ColumnTypes, type DatasetIds, type IdKind, LarderError } from "@larder/core";
import type { Data, Table, Utf8 } from "apache-arrow";
import type { Arrow } from "../arrow/load-arrow.js";
import { breathe, isTimeToBreathe } from "../format/breathe.js";
import { answeredColumn, typeOfColumn } from "./answered-column.js";
import { type CellGroup, type CellSource, cellGroup, copiedGroup, picksOf } from "./cell-sources.js";
import { takeColumn } from "./columns/take-column.js";
import type { PlacedEpoch } from "./coverage/ordered-epochs.js";
import { asType } from "./given-column.js";
import { idSetOf, idsIn } from "./ids/make-id-set.js";
import { rowsOfIds } from "./ids/rows-of-ids.js";
import { locateCells } from "./locate-cells.js";
import type { PartColumn, PartRecord } from "./part-record.js";
import type { OpenPart } from "./parts/open-part.js";
import { readPartRows } from "./parts/read-part-rows.js";
import { pickedColumn } from "./picked-column.js";
import { idField, tableOf } from "./table-of.js";
import type { TextKey } from "./text-keys.js";
import type { IdentifiedRows } from "./unstored-rows.js";
import { differingRows, utf8Column } from "./utf8-column.js";
import { type WantedIds, wantedIds } from "./wanted-ids.js";

/** What rows are read from. */
export interface RowsPlace {
  readonly arrow: Arrow;
  readonly idColumn: string;
  readonly idKind: IdKind;
  readonly textKey: TextKey;
  /** In the order in which they count. */
  readonly epochs: readonly PlacedEpoch[];
  /** The columns ever stored. */
  readonly columns: readonly PartColumn[];
  readonly open: (part: PartRecord) => OpenPart;
}

/** Which rows are read. */
export interface RowsRequest {
  readonly ids: DatasetIds;
  /** Each once, without the id column. */
  readonly columns: readonly string[];
  readonly unstored: readonly IdentifiedRows[];
  readonly types: ColumnTypes | undefined;
}

/**
 * The id column and the columns asked for, a row for each id, in the order of the ids.
 *
 * @throws LarderError `not-covered` with the ids as `ids` in its facts, `part-gone`; CacheCorruptionError; ColumnTypeError
 */
export async function readRows(place: RowsPlace, request: RowsRequest): Promise<Table> {
  const { arrow, idColumn, idKind } = place;
  const wanted = wantedIds(request.ids, place.textKey);
  const texts = wanted.texts && utf8Column(arrow, wanted.texts);
  const groups = await groupsOf(place, request, wanted, texts);
  const answered = new Map(request.columns.map((column) => [column, answeredFor(place, request, column)]));
  const taken = new Map<string, Data>();
  for (const group of groups) {
    const picks = picksOf(group, wanted.slotOfRow);
    for (const column of group.columns) {
      if (isTimeToBreathe()) await breathe();
      const chunks = group.sources.map((source) => source.column(column));
      const type = typeOfColumn(arrow, answered.get(column)!, chunks);
      const sources = chunks.map((chunk) => asType(arrow, chunk, type, column));
      taken.set(column, pickedColumn(arrow, type, sources, picks));
    }
  }
  const idData = texts ? takenTexts(arrow, texts, wanted) : int64Column(arrow, request.ids as BigInt64Array);
  const columns = request.columns.map((name) => ({ described: answered.get(name)!, data: taken.get(name)! }));
  return tableOf(arrow, request.ids.length, [idField(arrow, idColumn, idKind)], [idData], columns);
}

function answeredFor({ arrow, columns }: RowsPlace, { unstored, types }: RowsRequest, column: string): PartColumn {
  const stored = columns.find(({ name }) => name === column);
  const given = unstored.flatMap((table) => table.column(column) ?? []);
  return answeredColumn(arrow, column, stored, given, types?.[column]);
}

function int64Column(arrow: Arrow, ids: BigInt64Array): Data {
  return arrow.makeData({ type: new arrow.Int64(), length: ids.length, nullCount: 0, data: ids.slice() });
}

function takenTexts(arrow: Arrow, texts: Data<Utf8>, { slotOfRow }: WantedIds): Data {
  if (!slotOfRow) return texts;
  return takeColumn(arrow, texts.type, [texts], { length: slotOfRow.length, row: slotOfRow });
}

async function groupsOf(
  place: RowsPlace,
  request: RowsRequest,
  wanted: WantedIds,
  texts: Data<Utf8> | undefined,
): Promise<CellGroup[]> {
  const groups: CellGroup[] = [];
  const uncovered = new Set<number>();
  for (const group of unstoredGroups(request, wanted)) {
    const remaining = slotsWithoutRow(group);
    if (remaining.length === 0) {
      groups.push(group);
      continue;
    }
    const keys = remaining.length === wanted.count ? wanted.keys : keysOfSlots(wanted, remaining);
    for (const located of locateCells(place.epochs, keys, group.columns)) {
      const filled = copiedGroup(group, located.columns);
      const found = wanted.rankOfSlot ? cellGroup([], wanted.keys.size) : filled;
      for (const [part, cells] of located.places) {
        const rows = rowsOfIds(part.keys, cells);
        const names = texts ? [...located.columns, place.idColumn] : located.columns;
        const columns =
          names.length === 0 ? new Map<string, Data>() : await readPartRows(place.open(part), names, rows);
        const source: CellSource = { length: rows.length, column: (name) => columns.get(name)! };
        fillRanks(found, filled.sources.push(source) - 1, rowsOfIds(wanted.keys, cells));
      }
      if (wanted.rankOfSlot) fillSlots(filled, remaining, found, wanted.rankOfSlot);
      if (texts) forgetOtherTexts(place.arrow, filled, remaining, wanted, texts, place.idColumn);
      for (const slot of slotsWithoutRow(filled)) uncovered.add(slot);
      groups.push(filled);
    }
  }
  if (uncovered.size > 0) throw notCovered(wanted, [...uncovered]);
  return groups;
}

/** The columns in groups that are in the same tables in memory, with the places of what those tables have. */
function unstoredGroups({ columns, unstored }: RowsRequest, wanted: WantedIds): CellGroup[] {
  const bySignature = new Map<string, string[]>();
  for (const column of columns) {
    const signature = unstored.map((table) => (table.names.has(column) ? "1" : "0")).join("");
    bySignature.set(signature, [...(bySignature.get(signature) ?? []), column]);
  }
  // Without columns, each table tells which ids there are.
  if (columns.length === 0) bySignature.set("1".repeat(unstored.length), []);
  const slots = unstored.map((table) => wanted.slotsOf(table.ids));
  return [...bySignature].map(([signature, own]) => {
    const group = cellGroup(own, wanted.count);
    for (const [i, table] of unstored.entries()) {
      if (signature[i] === "0" || table.ids.length === 0) continue;
      for (const [chunk, start] of table.starts.entries()) {
        const end = table.starts[chunk + 1] ?? table.ids.length;
        if (start === end) continue;
        const place = group.sources.length;
        group.sources.push({ length: end - start, column: (name) => table.column(name)!.chunks[chunk]! });
        for (let row = start; row < end; row++) {
          const slot = slots[i]![row]!;
          if (slot < 0) continue;
          group.source[slot] = place;
          group.row[slot] = row - start;
        }
      }
    }
    return group;
  });
}

/** Gives the keys at some places their rows of a source, whose n-th row is of the n-th of them. */
function fillRanks({ source, row }: CellGroup, place: number, ranks: Int32Array): void {
  for (let i = 0; i < ranks.length; i++) {
    source[ranks[i]!] = place;
    row[ranks[i]!] = i;
  }
}

/** Gives slots the places found for their keys. */
function fillSlots(group: CellGroup, slots: Int32Array, found: CellGroup, rankOfSlot: Int32Array): void {
  for (const slot of slots) {
    const rank = rankOfSlot[slot]!;
    if (found.row[rank]! < 0) continue;
    group.source[slot] = found.source[rank]!;
    group.row[slot] = found.row[rank]!;
  }
}

/** Takes back rows whose text is not the one wanted: only their keys are the same. */
function forgetOtherTexts(
  arrow: Arrow,
  group: CellGroup,
  remaining: Int32Array,
  wanted: WantedIds,
  texts: Data<Utf8>,
  idColumn: string,
): void {
  const filled = remaining.filter((slot) => group.row[slot]! >= 0);
  if (filled.length === 0) return;
  const type = new arrow.Utf8();
  const picks = picksOf(group, filled);
  const fromParts = group.sources.map((source) => asType(arrow, source.column(idColumn), type, idColumn));
  const stored = pickedColumn(arrow, type, fromParts, picks) as Data<Utf8>;
  const asked = takeColumn(arrow, type, [texts], { length: filled.length, row: filled }) as Data<Utf8>;
  for (const row of differingRows(stored, asked)) group.row[filled[row]!] = -1;
  // Such a text is never stored: what looks like it is another one.
  for (const slot of filled) if (!wanted.texts![slot]!.isWellFormed()) group.row[slot] = -1;
}

function slotsWithoutRow({ row }: CellGroup): Int32Array {
  const slots = new Int32Array(row.length);
  let count = 0;
  for (let slot = 0; slot < row.length; slot++) if (row[slot]! < 0) slots[count++] = slot;
  return slots.subarray(0, count);
}

function keysOfSlots(wanted: WantedIds, slots: Int32Array): ReturnType<typeof idSetOf> {
  const all = idsIn(wanted.keys);
  const keys = new BigInt64Array(slots.length);
  for (let i = 0; i < slots.length; i++) keys[i] = all[wanted.rankOfSlot ? wanted.rankOfSlot[slots[i]!]! : slots[i]!]!;
  return idSetOf(keys);
}

function notCovered(wanted: WantedIds, slots: readonly number[]): LarderError {
  slots = [...slots].sort((a, b) => a - b);
  const numbers = wanted.texts ? undefined : idsIn(wanted.keys);
  const ids: DatasetIds = numbers
    ? BigInt64Array.from(slots, (slot) => numbers[slot]!)
    : slots.map((slot) => wanted.texts![slot]!).sort();
  return new LarderError(
    `The dataset lacks cells of ${slots.length === 1 ? "an id" : `${slots.length} ids`} that were asked for, such as ${JSON.stringify(String(ids[0]))}. Ask its coverage first, and fetch what is missing.`,
    { code: "not-covered", facts: { ids } },
  );
}
