import type { FilterValue, TableFilter } from "@larder/core";
import { and, col, not, or } from "@larder/core";
import type { DataType, Vector } from "apache-arrow";
import { logicalTexts } from "../support/logical-text.js";
import type { Predicate } from "./random-predicate.js";

/** A predicate about the columns `c0`, `c1`, … as a filter of Larder. */
export function larderPredicate(predicate: Predicate, columns: readonly Vector[]): TableFilter {
  const valueIn = (column: number, row: number) => filterValue(columns[column]!, row);
  switch (predicate.op) {
    case "and":
    case "or": {
      const parts = predicate.parts.map((part) => larderPredicate(part, columns));
      return predicate.op === "and" ? and(...parts) : or(...parts);
    }
    case "not":
      return not(larderPredicate(predicate.part, columns));
    case "isNull":
      return col(`c${predicate.column}`).isNull();
    case "isNotNull":
      return col(`c${predicate.column}`).isNotNull();
    case "in":
      return col(`c${predicate.column}`).in(predicate.rows.map((row) => valueIn(predicate.column, row)));
    case "between":
      return col(`c${predicate.column}`).between(
        valueIn(predicate.column, predicate.low),
        valueIn(predicate.column, predicate.high),
      );
    default:
      return col(`c${predicate.column}`)[predicate.op](valueIn(predicate.column, predicate.row));
  }
}

/** The value of a row in a form that filters take, from its logical text. */
function filterValue(column: Vector, row: number): FilterValue {
  const text = logicalTexts(column.slice(row, row + 1))[0]!;
  const { typeId } = (column.type as { dictionary?: DataType }).dictionary ?? column.type;
  switch (typeId) {
    case 6:
      return text === "true";
    case 2:
      return BigInt(text);
    case 3:
      return Number(text.slice(0, -1));
    case 5:
    case 20:
      return JSON.parse(text) as string;
    case 4:
    case 15:
    case 19:
      return new Uint8Array(Buffer.from(text.slice(2, -1), "hex"));
    case 7:
      return digits(text);
    default:
      return BigInt(valueAt(column, row));
  }
}

/** `-1234e-2` as `-12.34`. */
function digits(text: string): string {
  const [, sign, whole, scale] = /^(-?)(\d+)e(-?\d+)$/.exec(text)!;
  const places = -Number(scale);
  if (places <= 0) return sign + whole! + "0".repeat(-places);
  const padded = whole!.padStart(places + 1, "0");
  return `${sign}${padded.slice(0, -places)}.${padded.slice(-places)}`;
}

function valueAt(column: Vector, row: number): number | bigint {
  let place = row;
  for (const data of column.data) {
    if (place < data.length) {
      if (!data.dictionary) return data.values[place];
      return valueAt(data.dictionary as Vector, Number(data.values[place]));
    }
    place -= data.length;
  }
  throw new RangeError(`no row ${row}`);
}
