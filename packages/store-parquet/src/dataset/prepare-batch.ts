import type { DatasetBatch, IdKind } from "@larder/core";
import type { Table } from "apache-arrow";
import type { ArrowLikeType } from "../arrow/arrow-like.js";
import type { Arrow } from "../arrow/load-arrow.js";
import { typeText } from "../arrow/type-text.js";
import { describeGiven, typeOfColumn } from "./answered-column.js";
import { type CellPicks, sourcePlaces } from "./cell-sources.js";
import { columnMetadataOf, columnTypeOf } from "./columns/column-type-of.js";
import { asType, type GivenColumn, nulls } from "./given-column.js";
import { hasAllIds, subtractIds } from "./ids/combine-id-sets.js";
import type { IdSet } from "./ids/id-set.js";
import { idSetOf, idsIn } from "./ids/make-id-set.js";
import { placesOfIds } from "./ids/places-of-ids.js";
import type { PartColumn } from "./part-record.js";
import { partTable } from "./part-table.js";
import { ownPrefix } from "./parts/part-columns.js";
import { pickedColumn } from "./picked-column.js";
import type { DescribedData } from "./table-of.js";
import { keysOfTexts, type TextKey } from "./text-keys.js";
import { type IdentifiedRows, identifiedRows, invalidBatch } from "./unstored-rows.js";

/** A batch that was checked. */
export interface CheckedBatch {
  readonly columns: readonly string[];
  readonly rows: IdentifiedRows;
  /** Keys of all ids asked for. */
  readonly keys: IdSet;
  /**
   * What is to be stored. Of several texts with one key that is the one that holds the key already, or the first; the others are
   * left out.
   *
   * @param holders the text that holds a key, by key
   */
  keyed(holders: ReadonlyMap<bigint, string>): KeyedBatch;
}

/** What is to be stored of a batch, by key. */
export interface KeyedBatch {
  /** Keys of the rows, and those of the ids without a row. No key is in both. */
  readonly rowKeys: IdSet;
  readonly absentKeys: IdSet;
  /** The row of each key. */
  readonly rowOfKey: Int32Array;
  /** Where ids are texts, those of `rowKeys` and `absentKeys`. */
  readonly texts: readonly string[] | undefined;
  readonly absentTexts: readonly string[] | undefined;
}

/** What rows are checked against. */
export interface BatchRules {
  readonly arrow: Arrow;
  readonly idColumn: string;
  readonly idKind: IdKind;
  readonly textKey: TextKey;
}

/**
 * Checks a batch.
 *
 * @throws LarderError `invalid-batch` for a row whose id was not asked for, is null, or comes twice, for a column that the rows
 *   lack or whose name is taken; `unstorable-table`; ColumnTypeError where ids are of another kind
 */
export function checkBatch(rules: BatchRules, batch: DatasetBatch): CheckedBatch {
  const { arrow, idColumn, idKind } = rules;
  const columns = [...new Set(batch.columns)].filter((name) => name !== idColumn);
  const taken = [idColumn, ...columns].find((name) => name.startsWith(ownPrefix));
  if (taken !== undefined) throw invalidBatch(`the name ${JSON.stringify(taken)} is taken`, { column: taken });
  const rows = identifiedRows(arrow, batch.rows, idColumn, idKind);
  const lacking = columns.find((name) => !rows.names.has(name));
  if (lacking !== undefined) {
    throw invalidBatch(`the rows have no column ${JSON.stringify(lacking)}`, { column: lacking });
  }
  const found =
    rows.ids instanceof BigInt64Array
      ? checkedNumbers(batch.ids as BigInt64Array, rows.ids)
      : checkedTexts(batch.ids as readonly string[], rows.ids, rules.textKey);
  return { columns, rows, ...found };
}

type Found = Pick<CheckedBatch, "keys" | "keyed">;

function checkedNumbers(asked: BigInt64Array, ids: BigInt64Array): Found {
  const rowKeys = idSetOf(ids);
  const places = placesOfIds(rowKeys, ids);
  const rowOfKey = new Int32Array(rowKeys.size).fill(-1);
  for (let row = 0; row < places.length; row++) {
    if (rowOfKey[places[row]!]! >= 0) throw twice(ids[row]!);
    rowOfKey[places[row]!] = row;
  }
  const keys = idSetOf(asked);
  if (!hasAllIds(keys, rowKeys)) throw notAsked(idsIn(subtractIds(rowKeys, keys))[0]!);
  const absentKeys = subtractIds(keys, rowKeys);
  const keyed: KeyedBatch = { rowKeys, absentKeys, rowOfKey, texts: undefined, absentTexts: undefined };
  return { keys, keyed: () => keyed };
}

function checkedTexts(asked: readonly string[], ids: readonly string[], textKey: TextKey): Found {
  const wanted = new Set(asked);
  const rowOfText = new Map<string, number>();
  for (const [row, text] of ids.entries()) {
    if (rowOfText.has(text)) throw twice(text);
    if (!wanted.has(text)) throw notAsked(text);
    rowOfText.set(text, row);
  }
  // Those with a row first: what exists is worth more than what does not.
  const texts = [...rowOfText.keys(), ...[...wanted].filter((text) => !rowOfText.has(text))];
  const keys = keysOfTexts(texts, textKey);
  return { keys: idSetOf(keys), keyed: (holders) => keyedTexts(texts, keys, rowOfText, holders) };
}

function keyedTexts(
  texts: readonly string[],
  keys: BigInt64Array,
  rowOfText: ReadonlyMap<string, number>,
  holders: ReadonlyMap<bigint, string>,
): KeyedBatch {
  const rows = new Map<bigint, string>();
  const absent = new Map<bigint, string>();
  for (const [i, text] of texts.entries()) {
    const key = keys[i]!;
    const holder = holders.get(key) ?? rows.get(key) ?? absent.get(key) ?? text;
    if (holder === text) (rowOfText.has(text) ? rows : absent).set(key, text);
  }
  const rowKeys = idSetOf(BigInt64Array.from(rows.keys()));
  const absentKeys = idSetOf(BigInt64Array.from(absent.keys()));
  const inOrder = Array.from(idsIn(rowKeys), (key) => rows.get(key)!);
  return {
    rowKeys,
    absentKeys,
    rowOfKey: Int32Array.from(inOrder, (text) => rowOfText.get(text)!),
    texts: inOrder,
    absentTexts: Array.from(idsIn(absentKeys), (key) => absent.get(key)!),
  };
}

/**
 * The rows as a part's table, in the order of their keys, of types that fit what is stored.
 *
 * @param types as in {@link DatasetBatch.types}
 * @throws ColumnTypeError where a named type does not fit; LarderError `unknown-type`
 */
export function batchTable(
  { arrow, idColumn }: BatchRules,
  { columns, rows }: CheckedBatch,
  { rowKeys, rowOfKey, texts }: KeyedBatch,
  stored: readonly PartColumn[],
  types: DatasetBatch["types"],
): { readonly table: Table; readonly columns: readonly PartColumn[] } {
  const picks = picksOfRows(rowOfKey, rows.starts);
  // Types of columns without values say nothing.
  const data = (rowKeys.size === 0 ? [] : columns).map((name): DescribedData => {
    const given = typed(arrow, name, rows.column(name)!, types?.[name]);
    const sorted = pickedColumn(arrow, given.type, given.chunks, picks);
    const before = stored.find((column) => column.name === name);
    const described = describeGiven(arrow, name, { ...given, chunks: [sorted] }, before);
    const isNull = described.type === "Null" && typeText(given.type as ArrowLikeType) !== "Null";
    return { described, data: isNull ? nulls(arrow, new arrow.Null(), sorted.length) : sorted };
  });
  return { table: partTable(arrow, idColumn, rowKeys, texts, data), columns: data.map(({ described }) => described) };
}

function typed(arrow: Arrow, name: string, given: GivenColumn, named: string | undefined): GivenColumn {
  if (named === undefined) return given;
  const type = typeOfColumn(arrow, { name, type: typeText(columnTypeOf(arrow, named) as ArrowLikeType) }, given.chunks);
  const chunks = given.chunks.map((chunk) => asType(arrow, chunk, type, name));
  return { type, chunks, metadata: new Map(Object.entries(columnMetadataOf(named) ?? {})) };
}

function picksOfRows(rows: Int32Array, starts: readonly number[]): CellPicks {
  if (starts.length < 2) return { row: rows };
  const source = sourcePlaces(rows.length, starts.length);
  const row = new Int32Array(rows.length);
  for (let i = 0; i < rows.length; i++) {
    let low = 0;
    let high = starts.length;
    while (high - low > 1) {
      const middle = (low + high) >>> 1;
      if (starts[middle]! <= rows[i]!) low = middle;
      else high = middle;
    }
    source[i] = low;
    row[i] = rows[i]! - starts[low]!;
  }
  return { source, row };
}

function twice(id: bigint | string): Error {
  return invalidBatch(`the id ${JSON.stringify(String(id))} comes twice`, { id });
}

function notAsked(id: bigint | string): Error {
  return invalidBatch(`the id ${JSON.stringify(String(id))} was not asked for`, { id });
}
