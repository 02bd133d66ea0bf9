import type { Arrow } from "../arrow/load-arrow.js";
import type { JsonNumber } from "./json-document.js";
import { boolColumn, fixedColumn, type LegacyColumn, nullColumn, textColumn } from "./legacy-column.js";
import { unsupportedLegacy } from "./legacy-errors.js";

/** A value that fits a cell. */
export type JsonCell = string | boolean | null | JsonNumber;

const integerPattern = /^-?\d+$/;

/**
 * The column of these values, its type that of all of them; JSON says which are text, so text stays text also where it looks like
 * something else:
 *
 * - `Null` when all are null; `Bool`; `Utf8`;
 * - `Int64` when every number is whole, written without point and exponent, and 64 bits hold it; `Uint64` when none is
 *   negative and only that holds them;
 * - else `Float64`, when for each number the nearest double, written with as many digits, gives the same number again.
 *
 * @throws LarderError `unsupported-legacy` when several types are mixed, or no type holds every number
 */
export function jsonColumn(arrow: Arrow, name: string, cells: readonly JsonCell[], origin: string): LegacyColumn {
  const kinds = new Set(cells.filter((cell) => cell !== null).map(kindOf));
  if (kinds.size > 1) {
    const reason = `column ${JSON.stringify(name)} mixes ${[...kinds].sort().join(" and ")}`;
    throw unsupportedLegacy(origin, reason, "Make it one type where it was written.");
  }
  switch ([...kinds][0]) {
    case undefined:
      return nullColumn(arrow, name, cells.length);
    case "booleans":
      return boolColumn(arrow, name, cells as (boolean | null)[]);
    case "text":
      return textColumn(arrow, name, cells as (string | null)[], origin);
    default:
      return numberColumn(arrow, name, cells as (JsonNumber | null)[], origin);
  }
}

function kindOf(cell: JsonCell): string {
  if (typeof cell === "string") return "text";
  return typeof cell === "boolean" ? "booleans" : "numbers";
}

function numberColumn(arrow: Arrow, name: string, cells: readonly (JsonNumber | null)[], origin: string): LegacyColumn {
  const isNull = (row: number): boolean => cells[row] === null;
  const { length } = cells;
  if (cells.every((cell) => cell === null || (integerPattern.test(cell.text) && cell.text !== "-0"))) {
    const values = cells.map((cell) => BigInt(cell?.text ?? 0));
    if (values.every((value) => BigInt.asIntN(64, value) === value)) {
      return fixedColumn(arrow, name, new arrow.Int64(), BigInt64Array.from(values), length, isNull);
    }
    if (values.every((value) => BigInt.asUintN(64, value) === value)) {
      return fixedColumn(arrow, name, new arrow.Uint64(), BigUint64Array.from(values), length, isNull);
    }
  }
  const values = Float64Array.from(cells, (cell) => (cell === null ? 0 : doubleOf(cell.text, name, origin)));
  return fixedColumn(arrow, name, new arrow.Float64(), values, length, isNull);
}

function doubleOf(text: string, name: string, origin: string): number {
  const value = Number(text);
  if (Number.isFinite(value) && isExact(text, value)) return value;
  const reason = `column ${JSON.stringify(name)} has the number ${text.slice(0, 60)}, which a 64-bit float does not hold`;
  throw unsupportedLegacy(origin, reason, "Write it as text there, or as a number that fits.");
}

/** Whether a double is the number that was written: to the 17 digits that tell doubles apart, or as a whole number. */
function isExact(text: string, value: number): boolean {
  const [, digits = ""] = /^-?([\d.]+)/.exec(text) ?? [];
  if (integerPattern.test(text)) return BigInt(text) === BigInt(value) || String(value) === text;
  const significant = digits.replace(".", "").replace(/^0+/, "").replace(/0+$/, "");
  if (significant.length === 0) return value === 0;
  if (significant.length > 17) return false;
  // The shortest digits that mean this double, or its own digits, rounded: programs write either.
  const magnitude = Math.abs(value);
  return [magnitude.toExponential(), magnitude.toExponential(significant.length - 1)].some((text) => {
    return text.split("e")[0]!.replace(".", "") === significant;
  });
}
