import type { DataType } from "apache-arrow";
import type { Arrow } from "../arrow/load-arrow.js";
import { boolColumn, fixedColumn, type LegacyColumn, nullColumn, textColumn } from "./legacy-column.js";
import { daysOf, momentDigits, momentOf, momentShape } from "./moment-text.js";
import { decimalsOf, floatOf, integerOf, type NumberNotation, numberNotations } from "./number-text.js";

/** The cells of a column of text; an empty cell is `null`. */
export type TextCells = readonly (string | null)[];

const boolWords: readonly (readonly [string, string])[] = [
  ["true", "false"],
  ["True", "False"],
  ["TRUE", "FALSE"],
];

/**
 * The column these cells write, with the first of these types that all of them agree on, so that each cell could be
 * written again from its value:
 *
 * - `Null` when every cell is empty;
 * - `Bool`: `true`/`false`, `True`/`False` or `TRUE`/`FALSE`, one of the three throughout;
 * - `Int64`: whole numbers of 64 bits without `+`, leading zeros or `-0`;
 * - `Float64`: as JavaScript writes numbers, as Python does, or all with the same number of decimals; one of the three
 *   throughout, with a finite number among them. So 1.9 and 1.10 together stay text, as do 1e5, 007 and digits that a double does not hold;
 * - `DateDay`: days that exist, as `2024-02-29`;
 * - `Timestamp`: `2024-02-29T12:00:00` or with a space, up to nine decimals, then nothing, `Z` or `+00:00`; one shape throughout.
 *   Its unit is the coarsest that holds the decimals, its time zone UTC where one is written;
 * - else `Utf8`, unchanged.
 */
export function inferTextColumn(arrow: Arrow, name: string, cells: TextCells, origin: string): LegacyColumn {
  if (cells.every((cell) => cell === null)) return nullColumn(arrow, name, cells.length);
  return (
    bools(arrow, name, cells) ??
    integers(arrow, name, cells) ??
    floats(arrow, name, cells) ??
    days(arrow, name, cells) ??
    moments(arrow, name, cells) ??
    textColumn(arrow, name, cells, origin)
  );
}

function bools(arrow: Arrow, name: string, cells: TextCells): LegacyColumn | undefined {
  for (const [yes, no] of boolWords) {
    const values = parsed(cells, (cell) => (cell === yes ? true : cell === no ? false : undefined));
    if (values) return boolColumn(arrow, name, values);
  }
  return undefined;
}

function integers(arrow: Arrow, name: string, cells: TextCells): LegacyColumn | undefined {
  const values = parsed(cells, integerOf);
  if (!values) return undefined;
  return column(
    arrow,
    name,
    new arrow.Int64(),
    cells,
    BigInt64Array.from(values, (value) => value ?? 0n),
  );
}

function floats(arrow: Arrow, name: string, cells: TextCells): LegacyColumn | undefined {
  for (const notation of numberNotations) {
    const values = parsed(cells, (cell) => floatOf(cell, notation));
    if (!values?.some((value) => Number.isFinite(value)) || !isUniform(cells, notation)) continue;
    return column(
      arrow,
      name,
      new arrow.Float64(),
      cells,
      Float64Array.from(values, (value) => value ?? 0),
    );
  }
  return undefined;
}

/** The last notation asks for the same number of decimals in all cells. */
function isUniform(cells: TextCells, notation: NumberNotation): boolean {
  if (notation !== numberNotations.at(-1)) return true;
  const decimals = new Set(cells.filter((cell) => cell !== null).map(decimalsOf));
  return decimals.size === 1;
}

function days(arrow: Arrow, name: string, cells: TextCells): LegacyColumn | undefined {
  const values = parsed(cells, daysOf);
  return (
    values &&
    column(
      arrow,
      name,
      new arrow.DateDay(),
      cells,
      Int32Array.from(values, (value) => value ?? 0),
    )
  );
}

function moments(arrow: Arrow, name: string, cells: TextCells): LegacyColumn | undefined {
  const shape = momentShape(cells.find((cell) => cell !== null) ?? "");
  const values = shape && parsed(cells, (cell) => momentOf(cell, shape));
  if (!values) return undefined;
  const type = new arrow.Timestamp(momentDigits(shape) / 3, shape.zone === "" ? null : "UTC");
  return column(
    arrow,
    name,
    type,
    cells,
    BigInt64Array.from(values, (value) => value ?? 0n),
  );
}

function column(arrow: Arrow, name: string, type: DataType, cells: TextCells, values: ArrayBufferView): LegacyColumn {
  return fixedColumn(arrow, name, type, values, cells.length, (row) => cells[row] === null);
}

/** What each cell writes; `undefined` as soon as one writes nothing of the kind. */
function parsed<Value>(cells: TextCells, parse: (cell: string) => Value | undefined): (Value | null)[] | undefined {
  const values: (Value | null)[] = [];
  for (const cell of cells) {
    const value = cell === null ? null : parse(cell);
    if (value === undefined) return undefined;
    values.push(value);
  }
  return values;
}
