import { LarderError } from "./errors.js";

/**
 * A value that a column is compared with.
 *
 * | column | takes |
 * |---|---|
 * | integers, floats | `number` or `bigint` |
 * | decimals | `bigint` or a whole `number` (the value itself, not its digits without the point), or digits such as `"12.50"` |
 * | text | `string`, ordered by code point |
 * | bytes | `Uint8Array`, ordered byte by byte |
 * | booleans | `boolean` |
 * | dates, timestamps | `Date`, or a `bigint` in the unit of the column |
 * | times of day, durations | a `bigint` in the unit of the column |
 */
export type FilterValue = string | number | bigint | boolean | Date | Uint8Array;

/** How a column is compared with one value. */
export type Comparison = "eq" | "ne" | "lt" | "lte" | "gt" | "gte";

/**
 * Which rows of a table are wanted, as data. Made with {@link col}, {@link and}, {@link or} and {@link not}.
 *
 * As in SQL, a comparison with a null is neither true nor false, `not` leaves it so, and a row stays only where the filter
 * is true. NaN compares as in IEEE 754: every comparison with it is false, but `ne`. Numbers are compared exactly, also
 * beyond 2⁵³ and with fractions: nothing is rounded to the type of the column. Nested columns take only `isNull` and
 * `isNotNull`.
 */
export type TableFilter =
  | { readonly op: Comparison; readonly column: string; readonly value: FilterValue }
  | { readonly op: "in"; readonly column: string; readonly values: readonly FilterValue[] }
  /** Both bounds are in it. */
  | { readonly op: "between"; readonly column: string; readonly low: FilterValue; readonly high: FilterValue }
  | { readonly op: "isNull" | "isNotNull"; readonly column: string }
  /** Of text or bytes. */
  | { readonly op: "startsWith"; readonly column: string; readonly prefix: string | Uint8Array }
  | { readonly op: "and" | "or"; readonly filters: readonly TableFilter[] }
  | { readonly op: "not"; readonly filter: TableFilter };

/** A column to be compared; see {@link col}. */
export interface FilterColumn {
  eq(value: FilterValue): TableFilter;
  ne(value: FilterValue): TableFilter;
  lt(value: FilterValue): TableFilter;
  lte(value: FilterValue): TableFilter;
  gt(value: FilterValue): TableFilter;
  gte(value: FilterValue): TableFilter;
  /** Equal to one of them; a null never is. Thousands of values are fine: they are looked up, not tried one by one. */
  in(values: Iterable<FilterValue>): TableFilter;
  /** At least `low` and at most `high`. */
  between(low: FilterValue, high: FilterValue): TableFilter;
  isNull(): TableFilter;
  isNotNull(): TableFilter;
  /** Begins with these characters, or these bytes. */
  startsWith(prefix: string | Uint8Array): TableFilter;
}

/** A column, to be compared: `col("delay").gt(60)`. @throws LarderError `invalid-filter` when the name is no string */
export function col(column: string): FilterColumn {
  if (typeof column !== "string") {
    throw new LarderError(`col() takes the name of a column, not a ${typeof column}.`, {
      code: "invalid-filter",
      facts: { kind: typeof column },
    });
  }
  const compare =
    (op: Comparison) =>
    (value: FilterValue): TableFilter => ({ op, column, value });
  return {
    eq: compare("eq"),
    ne: compare("ne"),
    lt: compare("lt"),
    lte: compare("lte"),
    gt: compare("gt"),
    gte: compare("gte"),
    in: (values) => ({ op: "in", column, values: [...values] }),
    between: (low, high) => ({ op: "between", column, low, high }),
    isNull: () => ({ op: "isNull", column }),
    isNotNull: () => ({ op: "isNotNull", column }),
    startsWith: (prefix) => ({ op: "startsWith", column, prefix }),
  };
}

/** True where all are; true for none. */
export function and(...filters: TableFilter[]): TableFilter {
  return { op: "and", filters };
}

/** True where one is; false for none. */
export function or(...filters: TableFilter[]): TableFilter {
  return { op: "or", filters };
}

/** True where the filter is false; not where it is neither. */
export function not(filter: TableFilter): TableFilter {
  return { op: "not", filter };
}
