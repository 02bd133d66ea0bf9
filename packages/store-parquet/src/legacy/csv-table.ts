import type { Table } from "apache-arrow";
import type { CastingContext } from "csv-parse";
import { loadArrow } from "../arrow/load-arrow.js";
import { inferTextColumn } from "./infer-text-column.js";
import { type LegacyColumn, tableOfColumns, textColumn } from "./legacy-column.js";
import { damagedLegacy } from "./legacy-errors.js";
import { utf8Text } from "./utf8-text.js";

/** How a CSV file is read. */
export interface CsvOptions {
  /** Between two cells, one character. Default: a comma. */
  readonly delimiter?: string;
}

interface Gathered {
  readonly name: string;
  readonly cells: (string | null)[];
  quoted: boolean;
}

/**
 * The table of a CSV file as RFC 4180 has it (https://www.rfc-editor.org/rfc/rfc4180): UTF-8, with or without a byte order
 * mark; lines end in CRLF or LF; the first line is the header; every line has as many cells.
 *
 * An empty cell is null, `""` an empty text. A column in which a cell is quoted is text, whatever it looks like; of the
 * others the type is taken from all rows, as {@link inferTextColumn} says. Spaces belong to the cell.
 *
 * @throws LarderError `damaged-legacy` naming the line: quotes that don't close or stand within a cell, lines of unequal
 *   length, a carriage return outside quotes, bytes that are no UTF-8, no header
 */
export async function csvTable(bytes: Uint8Array, origin: string, options: CsvOptions = {}): Promise<Table> {
  const [arrow, { parse }] = await Promise.all([loadArrow(), import("csv-parse/sync")]);
  const columns: Gathered[] = [];
  const gather = (value: string, { records, index, quoting }: CastingContext): string => {
    if (!quoting && value.includes("\r")) {
      throw damagedLegacy(origin, `row ${records}, the header being row 0, has a carriage return outside quotes`);
    }
    if (records === 0) columns.push({ name: value, cells: [], quoted: false });
    else keep(columns[index], value, quoting);
    return value;
  };
  try {
    parse(utf8Text(bytes, origin), {
      delimiter: options.delimiter ?? ",",
      record_delimiter: ["\r\n", "\n"],
      cast: gather,
      // The cells are kept by column, so no record is.
      on_record: () => null,
    });
  } catch (error) {
    if (!(error instanceof Error) || !isParseError(error)) throw error;
    throw damagedLegacy(origin, error.message, error);
  }
  if (columns.length === 0)
    throw damagedLegacy(origin, "it is empty, and a CSV file begins with the names of its columns");
  const typed = columns.map(({ name, cells, quoted }): LegacyColumn => {
    return quoted ? textColumn(arrow, name, cells, origin) : inferTextColumn(arrow, name, cells, origin);
  });
  return tableOfColumns(arrow, typed, origin);
}

function keep(column: Gathered | undefined, value: string, quoting: boolean): void {
  // A cell beyond the header: the parser refuses its line when it ends.
  if (column === undefined) return;
  if (quoting) column.quoted = true;
  column.cells.push(value === "" && !quoting ? null : value);
}

function isParseError(error: Error): boolean {
  return /^(?:CSV_|INVALID_)/.test(String((error as { code?: unknown }).code));
}
