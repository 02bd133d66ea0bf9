import { FetchBatchError } from "../errors/fetch-batch-error.js";

/** What a name of a column asks for. */
export interface ColumnName {
  /** Column of the database. */
  readonly column: string;
  /** Keys, and indices of arrays, that lead to a value within its JSON; empty: the column itself. */
  readonly path: readonly string[];
}

/**
 * Splits a name such as `vendor.address.city` into a column and a path into its JSON.
 *
 * @param available - names of the columns there are. Then the longest of them that the name begins with, up to a dot or the
 *   end, is the column: `a.b` is the column `a.b` if there is one. Without them, or where none fits, what stands before the first dot is.
 * @throws FetchBatchError `invalid-column` for an empty name, or one that begins with a dot and is no column
 */
export function parseColumnName(name: string, available?: Iterable<string>): ColumnName {
  if (typeof name !== "string" || name === "") throw invalidColumn(name, "is no name");
  if (available !== undefined) {
    const known = available instanceof Set ? (available as ReadonlySet<string>) : new Set(available);
    const longest = longestColumn(name, (column) => known.has(column));
    if (longest !== undefined) return longest;
  }
  const [column, ...path] = name.split(".") as [string, ...string[]];
  if (column === "") throw invalidColumn(name, "begins with a dot: no column stands before the path");
  return { column, path };
}

/** The longest beginning of a name, up to a dot or the end, that is a column, with the path that is left; `undefined` where none is. */
export function longestColumn(name: string, isColumn: (beginning: string) => boolean): ColumnName | undefined {
  const parts = name.split(".");
  for (let length = parts.length; length > 0; length--) {
    const column = parts.slice(0, length).join(".");
    if (isColumn(column)) return { column, path: parts.slice(length) };
  }
  return undefined;
}

/** What to throw for a name that can't be that of a column. */
export function invalidColumn(name: unknown, why: string): FetchBatchError {
  return new FetchBatchError(`The column ${JSON.stringify(name) ?? String(name)} ${why}. Correct the option columns.`, {
    code: "invalid-column",
    facts: { column: name },
  });
}
