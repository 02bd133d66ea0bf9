import type { Data, DataType, Field, Table } from "apache-arrow";
import type { Arrow } from "../arrow/load-arrow.js";
import { damagedLegacy, unsupportedLegacy } from "./legacy-errors.js";

/** One column of a table that is being read from an older cache. */
export interface LegacyColumn {
  readonly name: string;
  readonly data: Data;
  /** Kept as the metadata of the Arrow field. */
  readonly metadata?: ReadonlyMap<string, string>;
}

/** Most bytes of text one column may hold: Arrow's `Utf8` counts them in 32 bits. */
const mostTextBytes = 2 ** 31 - 1;

/**
 * The table of these columns, in their order. A column is nullable when it holds a null.
 *
 * @throws LarderError `damaged-legacy` when lengths differ, `unsupported-legacy` when two columns have one name
 */
export function tableOfColumns(arrow: Arrow, columns: readonly LegacyColumn[], origin: string): Table {
  const names = new Set<string>();
  const length = columns[0]?.data.length ?? 0;
  const fields: Field[] = [];
  for (const { name, data, metadata } of columns) {
    if (names.has(name)) {
      throw unsupportedLegacy(origin, `two columns are named ${JSON.stringify(name)}`, "Rename one where it was made.");
    }
    names.add(name);
    if (data.length !== length) {
      const first = `${JSON.stringify(columns[0]!.name)} has ${length} rows`;
      throw damagedLegacy(origin, `${first}, ${JSON.stringify(name)} has ${data.length}`);
    }
    fields.push(new arrow.Field(name, data.type, data.nullCount > 0, metadata ? new Map(metadata) : null));
  }
  const schema = new arrow.Schema(fields);
  if (fields.length === 0) return new arrow.Table(schema);
  const children = columns.map(({ data }) => data);
  const rows = arrow.makeData({ type: new arrow.Struct(fields), length, nullCount: 0, children });
  return new arrow.Table(schema, [new arrow.RecordBatch(schema, rows)]);
}

/** A column of fixed width over these values; `isNull` says which rows are null, absent: none is. */
export function fixedColumn(
  arrow: Arrow,
  name: string,
  type: DataType,
  values: ArrayBufferView,
  length: number,
  isNull?: (row: number) => boolean,
): LegacyColumn {
  const bitmap = isNull && validityOf(length, isNull);
  return { name, data: arrow.makeData({ type, length, data: values, ...bitmap } as never) };
}

/** A column of booleans; `null` is null. */
export function boolColumn(arrow: Arrow, name: string, values: readonly (boolean | null)[]): LegacyColumn {
  const bits = new Uint8Array((values.length + 7) >> 3);
  for (let row = 0; row < values.length; row++) if (values[row] === true) bits[row >> 3]! |= 1 << (row & 7);
  return fixedColumn(arrow, name, new arrow.Bool(), bits, values.length, (row) => values[row] === null);
}

/** A column that holds nothing but nulls. */
export function nullColumn(arrow: Arrow, name: string, length: number): LegacyColumn {
  return { name, data: arrow.makeData({ type: new arrow.Null(), length }) };
}

/** A column of text; `null` is null. @throws LarderError `unsupported-legacy` for text that is not Unicode, or too long */
export function textColumn(
  arrow: Arrow,
  name: string,
  values: readonly (string | null)[],
  origin: string,
): LegacyColumn {
  const valueOffsets = new Int32Array(values.length + 1);
  let bytes = 0;
  for (const [row, value] of values.entries()) {
    if (value !== null) {
      if (!value.isWellFormed()) {
        const reason = `row ${row} of column ${JSON.stringify(name)} has half a surrogate pair, which is no text`;
        throw unsupportedLegacy(origin, reason, "Mend the text where it was made.");
      }
      bytes += Buffer.byteLength(value);
      if (bytes > mostTextBytes) {
        const reason = `column ${JSON.stringify(name)} holds more than 2 GiB of text`;
        throw unsupportedLegacy(origin, reason, "Cut the table into several.");
      }
    }
    valueOffsets[row + 1] = bytes;
  }
  const data = Buffer.allocUnsafeSlow(bytes);
  for (const [row, value] of values.entries()) if (value !== null) data.write(value, valueOffsets[row]!, "utf8");
  const bitmap = validityOf(values.length, (row) => values[row] === null);
  const made = { type: new arrow.Utf8(), length: values.length, valueOffsets, data: new Uint8Array(data.buffer) };
  return { name, data: arrow.makeData({ ...made, ...bitmap }) };
}

function validityOf(length: number, isNull: (row: number) => boolean): { nullBitmap: Uint8Array; nullCount: number } {
  const nullBitmap = new Uint8Array((length + 7) >> 3);
  let nullCount = 0;
  for (let row = 0; row < length; row++) {
    if (isNull(row)) nullCount++;
    else nullBitmap[row >> 3]! |= 1 << (row & 7);
  }
  return { nullBitmap, nullCount };
}
