import { invalidOption } from "../errors/invalid-request.js";
import { invalidColumn, longestColumn, parseColumnName } from "./parse-column-name.js";

/** Where the values of a requested column come from. */
export interface ColumnSource {
  /** As it was asked for, and is stored. */
  readonly name: string;
  readonly column: string;
  readonly path: readonly string[];
  /** `false`: nobody has said yet which columns there are; a longer beginning of the name may be one. */
  readonly settled: boolean;
}

/**
 * The requested columns, each once, without the id column.
 *
 * @throws FetchBatchError `invalid-option`, `invalid-column`
 */
export function requestedColumns(columns: unknown, idColumn: string): readonly string[] {
  if (!Array.isArray(columns)) throw invalidOption("columns", "an array of names", columns);
  const names = new Set<string>();
  for (const name of columns as readonly unknown[]) {
    if (typeof name !== "string" || name === "") throw invalidColumn(name, "is no name");
    if (name.startsWith("larder:")) throw invalidColumn(name, "has a name that is kept for the cache itself");
    if (name !== idColumn) names.add(name);
  }
  return [...names];
}

/** Where requested columns come from, as far as it is known: `available` are the columns of the table. */
export function columnSources(names: readonly string[], available?: ReadonlySet<string>): readonly ColumnSource[] {
  return names.map((name) => ({
    name,
    ...parseColumnName(name, available),
    settled: available !== undefined || !name.includes("."),
  }));
}

/** What to ask the database for: the id column first, every other column once. */
export function selectedColumns(sources: readonly ColumnSource[], idColumn: string): readonly string[] {
  return [...new Set([idColumn, ...sources.map(({ column }) => column)])];
}

/** A source as an answer with certain fields has it; `undefined` when the answer lacks it. */
export function sourceWithin(source: ColumnSource, has: (field: string) => boolean): ColumnSource | undefined {
  if (source.settled) return has(source.column) ? source : undefined;
  const longest = longestColumn(source.name, (column) => column !== "" && has(column));
  return longest === undefined ? undefined : { ...source, ...longest };
}
