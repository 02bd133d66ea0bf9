import { LarderError } from "@larder/core";
import { nearestName } from "../arrow/nearest-name.js";
import type { FileLayout, ReadableColumn, StoredColumn } from "../format/file-layout.js";

/** The columns with these names, in this order; all columns when `names` is absent. @throws LarderError `unknown-column`, `duplicate-column` */
export function selectColumns({ columns }: FileLayout, names: readonly string[] | undefined): StoredColumn[] {
  const byName = new Map<string, StoredColumn>();
  const wanted = names && new Set(names);
  for (const column of columns) {
    if (byName.has(column.name) && (wanted?.has(column.name) ?? true)) throw duplicate(column.name);
    byName.set(column.name, column);
  }
  if (!names) return [...columns];
  const repeated = wanted!.size < names.length && names.find((name, i) => names.indexOf(name) !== i);
  if (typeof repeated === "string") {
    throw new LarderError(`Column ${JSON.stringify(repeated)} is selected twice. Select it once.`, {
      code: "duplicate-column",
      facts: { column: repeated },
    });
  }
  return names.map((name) => byName.get(name) ?? refuseUnknown(name, [...byName.keys()]));
}

/** One column. @throws LarderError `unknown-column`, `duplicate-column`, `unsupported-column` */
export function findColumn(layout: FileLayout, name: string): ReadableColumn {
  return readable(selectColumns(layout, [name])[0]!);
}

/** The column, when it can be read. @throws LarderError `unsupported-column` */
export function readable(column: StoredColumn): ReadableColumn {
  if (column.field) return column;
  throw new LarderError(
    `Column ${JSON.stringify(column.name)} can't be read: ${column.reason}. Select the other columns.`,
    { code: "unsupported-column", facts: { column: column.name, reason: column.reason } },
  );
}

function duplicate(column: string): LarderError {
  return new LarderError(`The file has two columns named ${JSON.stringify(column)}. Select others, or rename one.`, {
    code: "duplicate-column",
    facts: { column },
  });
}

function refuseUnknown(column: string, columns: readonly string[]): never {
  const nearest = nearestName(column, columns);
  const hint = nearest === undefined ? `It has: ${columns.join(", ")}.` : `Did you mean ${JSON.stringify(nearest)}?`;
  throw new LarderError(`The table has no column ${JSON.stringify(column)}. ${hint}`, {
    code: "unknown-column",
    facts: { column, nearest, columns },
  });
}
