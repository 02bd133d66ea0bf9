import type { Vector } from "apache-arrow";
import { logicalTexts } from "../support/logical-text.js";

/** A condition on the columns of a table. Its values are those some rows hold, so that every engine can be given its own form of them. */
export type Predicate =
  | { readonly op: "eq" | "ne" | "lt" | "lte" | "gt" | "gte"; readonly column: number; readonly row: number }
  | { readonly op: "in"; readonly column: number; readonly rows: readonly number[] }
  | { readonly op: "between"; readonly column: number; readonly low: number; readonly high: number }
  | { readonly op: "isNull" | "isNotNull"; readonly column: number }
  | { readonly op: "and" | "or"; readonly parts: readonly Predicate[] }
  | { readonly op: "not"; readonly part: Predicate };

const comparisons = ["eq", "ne", "lt", "lte", "gt", "gte"] as const;

export interface PredicateOptions {
  /** Places of the columns that may be compared with values; all by default. The others are asked only whether they are null. */
  readonly comparable?: readonly number[];
  /** How deep conditions lie in one another. */
  readonly depth?: number;
}

/** A random condition. Columns without a value are asked only whether they are null. */
export function randomPredicate(
  columns: readonly Vector[],
  random: () => number,
  { comparable, depth = 3 }: PredicateOptions = {},
): Predicate {
  const below = (count: number) => Math.floor(random() * count);
  const deeper = () => randomPredicate(columns, random, { ...(comparable && { comparable }), depth: depth - 1 });
  const kind = random();
  if (depth > 1 && kind < 0.3) {
    return { op: random() < 0.5 ? "and" : "or", parts: Array.from({ length: 2 + below(2) }, deeper) };
  }
  if (depth > 1 && kind < 0.4) return { op: "not", part: deeper() };
  const column = below(columns.length);
  const present = comparable && !comparable.includes(column) ? [] : rowsWithValue(columns[column]!);
  if (present.length === 0 || kind > 0.9) return { op: random() < 0.5 ? "isNull" : "isNotNull", column };
  const someRow = () => present[below(present.length)]!;
  if (kind > 0.8) return { op: "in", column, rows: Array.from({ length: 1 + below(8) }, someRow) };
  if (kind > 0.7) return { op: "between", column, low: someRow(), high: someRow() };
  return { op: comparisons[below(comparisons.length)]!, column, row: someRow() };
}

function rowsWithValue(column: Vector): number[] {
  return logicalTexts(column).flatMap((text, row) => (text === null ? [] : [row]));
}
