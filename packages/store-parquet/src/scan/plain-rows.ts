import type { Data, RecordBatch } from "apache-arrow";
import { type ArrowLikeType, ArrowTypeId } from "../arrow/arrow-like.js";
import type { Arrow } from "../arrow/load-arrow.js";
import { breathe, isTimeToBreathe } from "../format/breathe.js";
import type { RowObject } from "./lazy-rows.js";
import { type ValueReader, valueReader } from "./value-reader.js";

/** Values of rows that are made at once, at most: 131,072 rows of eight columns. */
const mostValues = 2 ** 20;
/** Of columns with more bytes than this no values are made that may not be looked at. */
const mostBytes = 2 ** 26;
/** Rows that are filled column by column, while they are in the processor's cache. */
const stretch = 2048;

/**
 * Whether the rows of a table are made with all their values: where these are not too many, and plain objects keep the columns in
 * order, which they do not where a name is a number.
 */
export function arePlainRows(batches: readonly RecordBatch[]): boolean {
  let values = 0;
  let bytes = 0;
  for (const { numRows, numCols, data } of batches) {
    values += numRows * Math.max(1, numCols);
    bytes += data.byteLength;
  }
  const names = batches[0]?.schema.fields.map(({ name }) => name) ?? [];
  return values <= mostValues && bytes <= mostBytes && !names.some((name) => /^\d+$/.test(name));
}

/**
 * One object with all its values for each row of a batch, put into `rows` from `at` on.
 *
 * @returns `false` where a value can't be made: then the rows are not good
 */
export async function fillPlainRows(rows: RowObject[], at: number, batch: RecordBatch, arrow: Arrow): Promise<boolean> {
  const { fields } = batch.schema;
  const columns = fields.map(({ name }, i) => rowColumn(arrow, name, batch.data.children[i]!));
  const model = modelRow(fields.map(({ name }) => name));
  for (let from = 0; from < batch.numRows; from += stretch) {
    const to = Math.min(from + stretch, batch.numRows);
    copyModel(rows, at + from, at + to, model);
    for (const { name, values, read } of columns) {
      if (isTimeToBreathe()) await breathe();
      try {
        if (values) fillNumbers(rows, at, name, values, from, to);
        else fillValues(rows, at, name, read, from, to);
      } catch {
        return false;
      }
    }
  }
  return true;
}

interface RowColumn {
  readonly name: string;
  /** Numbers without nulls, as they are stored. */
  readonly values?: ArrayLike<number>;
  readonly read: ValueReader;
}

function rowColumn(arrow: Arrow, name: string, data: Data): RowColumn {
  const { typeId, bitWidth = 0, precision }: ArrowLikeType = data.type;
  const isNumber = (typeId === ArrowTypeId.Int && bitWidth <= 32) || (typeId === ArrowTypeId.Float && precision !== 0);
  const read = valueReader(arrow, name, data);
  return isNumber && data.nullCount === 0 ? { name, read, values: data.values as Float64Array } : { name, read };
}

/** A row to copy: copies have their keys in the same places, without a way to there for each. */
function modelRow(names: readonly string[]): RowObject {
  const model: RowObject = {};
  // Assigning would lose a column named __proto__.
  for (const name of names) {
    Object.defineProperty(model, name, { value: null, writable: true, enumerable: true, configurable: true });
  }
  return model;
}

function copyModel(rows: RowObject[], from: number, to: number, model: RowObject): void {
  for (let i = from; i < to; i++) rows[i] = { ...model };
}

function fillNumbers(
  rows: RowObject[],
  at: number,
  name: string,
  values: ArrayLike<number>,
  from: number,
  to: number,
): void {
  for (let i = from; i < to; i++) rows[at + i]![name] = values[i];
}

function fillValues(rows: RowObject[], at: number, name: string, read: ValueReader, from: number, to: number): void {
  for (let i = from; i < to; i++) rows[at + i]![name] = read(i);
}
