import { ColumnTypeError } from "@larder/core";
import { widenedType } from "./columns/widened-type.js";
import type { PartColumn } from "./part-record.js";

/** The metadata of a field whose texts are JSON. */
export const jsonMark = "larder:json";

/**
 * The columns of a dataset once a part with these columns is added: the smallest types that all values fit in.
 *
 * @param named columns whose type the caller named: it takes the place of one that does not widen
 * @throws ColumnTypeError where a type does not widen
 */
export function widenedColumns(
  stored: readonly PartColumn[],
  given: readonly PartColumn[],
  named: ReadonlySet<string> = new Set(),
): readonly PartColumn[] {
  const columns = new Map(stored.map((column) => [column.name, column]));
  for (const column of given) {
    const before = columns.get(column.name);
    columns.set(column.name, before ? widenedColumn(before, column, named.has(column.name)) : column);
  }
  const widened = [...columns.values()];
  const isSame = widened.length === stored.length && widened.every((column, i) => isSameColumn(column, stored[i]!));
  return isSame ? stored : widened;
}

/** Whether a column's type widens to hold another's. */
export function widens(stored: PartColumn, given: PartColumn): boolean {
  return widenedType(stored, given) !== undefined && agreesOnJson(stored, given);
}

function widenedColumn(stored: PartColumn, given: PartColumn, isNamed: boolean): PartColumn {
  const type = agreesOnJson(stored, given) ? widenedType(stored, given) : undefined;
  if (type === undefined) {
    if (isNamed) return given;
    throw new ColumnTypeError(given.name, shownType(stored), shownType(given));
  }
  const metadata = commonMetadata(stored, given);
  return { name: given.name, ...type, ...(metadata && { metadata }) };
}

/** Texts that are JSON are another type than texts that are not. */
function agreesOnJson(stored: PartColumn, given: PartColumn): boolean {
  if (stored.type === "Null" || given.type === "Null") return true;
  return stored.metadata?.[jsonMark] === given.metadata?.[jsonMark];
}

function shownType({ type, metadata }: PartColumn): string {
  return metadata?.[jsonMark] === undefined ? type : `${type} of JSON`;
}

function commonMetadata(stored: PartColumn, given: PartColumn): Readonly<Record<string, string>> | undefined {
  if (stored.type === "Null" && given.type !== "Null") return given.metadata;
  if (given.type === "Null" && stored.type !== "Null") return stored.metadata;
  const common = Object.entries(stored.metadata ?? {}).filter(([name, text]) => given.metadata?.[name] === text);
  return common.length === 0 ? undefined : Object.fromEntries(common);
}

function isSameColumn(a: PartColumn, b: PartColumn): boolean {
  if (a === b) return true;
  const entries = Object.entries(a.metadata ?? {});
  return (
    a.name === b.name &&
    a.type === b.type &&
    a.fitsDouble === b.fitsDouble &&
    entries.length === Object.keys(b.metadata ?? {}).length &&
    entries.every(([name, text]) => b.metadata?.[name] === text)
  );
}

/** The columns of a dataset by its parts alone. Where a type does not widen, somebody had named the one that came last. */
export function registryOf(parts: readonly { readonly columns: readonly PartColumn[] }[]): readonly PartColumn[] {
  let columns: readonly PartColumn[] = [];
  for (const part of parts) {
    columns = widenedColumns(columns, part.columns, new Set(part.columns.map(({ name }) => name)));
  }
  return columns;
}
