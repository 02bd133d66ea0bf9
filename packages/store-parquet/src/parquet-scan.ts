import { type ColumnSchema, LarderError, type TableScan } from "@larder/core";
import type { Table, Vector } from "apache-arrow";
import type { ArrowLikeType } from "./arrow-like.js";
import { columnArray, columnValues } from "./column-values.js";
import type { FileLayout, ReadableColumn, StoredColumn } from "./file-layout.js";
import { nearestName } from "./nearest-name.js";
import type { OpenedFile } from "./opened-file.js";
import { readTable } from "./read-table.js";
import { typeText } from "./type-text.js";

/** The part of the table a scan reads. */
interface Selection {
  /** All columns when absent. */
  readonly columns?: readonly string[];
  readonly offset: number;
  readonly length: number;
}

/** A scan of the whole file. */
export function parquetScan(file: OpenedFile): TableScan<Table> {
  return scanOf(file, { offset: 0, length: Number.POSITIVE_INFINITY });
}

function scanOf(file: OpenedFile, selection: Selection): TableScan<Table> {
  const cut = (offset: number, length: number): TableScan<Table> => {
    checkCount("offset", offset);
    if (length !== Number.POSITIVE_INFINITY) checkCount("length", length);
    const skipped = Math.min(offset, selection.length);
    return scanOf(file, {
      ...selection,
      offset: selection.offset + skipped,
      length: Math.min(length, selection.length - skipped),
    });
  };
  const toArrow = async (): Promise<Table> => {
    const parts = await file.open();
    const columns = selectColumns(parts.layout, selection.columns).map(readable);
    const { start, end } = rowsOf(parts.layout, selection);
    return readTable(file, parts, columns, start, end);
  };
  return {
    select: (columns) => scanOf(file, { ...selection, columns: [...columns] }),
    slice: (offset, length = Number.POSITIVE_INFINITY) => cut(offset, length),
    head: (count) => cut(0, count),
    async schema() {
      const { layout } = await file.open();
      return selectColumns(layout, selection.columns).map(columnSchema);
    },
    async count() {
      const { layout } = await file.open();
      selectColumns(layout, selection.columns);
      const { start, end } = rowsOf(layout, selection);
      return end - start;
    },
    toArrow,
    async toColumns() {
      const table = await toArrow();
      const columns: Record<string, ArrayLike<unknown>> = {};
      table.schema.fields.forEach((field, i) => {
        define(columns, field.name, columnArray(table.getChildAt(i)!));
      });
      return columns;
    },
    async toRows() {
      const table = await toArrow();
      const names = table.schema.fields.map((field) => field.name);
      const values = names.map((name, i) => valuesForRows(name, table.getChildAt(i)!));
      return Array.from({ length: table.numRows }, (_, row) => {
        const record: Record<string, unknown> = {};
        for (let i = 0; i < names.length; i++) define(record, names[i]!, values[i]![row]);
        return record;
      });
    },
    get bytesRead() {
      return file.bytesRead;
    },
  };
}

function valuesForRows(name: string, vector: Vector): unknown[] {
  try {
    return columnValues(vector);
  } catch (cause) {
    // Arrow gives dates and times as milliseconds, and throws where those exceed what a number holds.
    throw new LarderError(
      `Column ${JSON.stringify(name)} holds a value that rows can't show exactly. Read it with toArrow or toColumns.`,
      { code: "inexact-column", facts: { column: name, type: typeText(vector.type as ArrowLikeType) }, cause },
    );
  }
}

function rowsOf({ rows }: FileLayout, { offset, length }: Selection): { start: number; end: number } {
  const start = Math.min(offset, rows);
  return { start, end: Math.min(start + length, rows) };
}

function selectColumns({ columns }: FileLayout, names: readonly string[] | undefined): StoredColumn[] {
  const byName = new Map<string, StoredColumn>();
  for (const column of columns) {
    if (byName.has(column.name) && (names?.includes(column.name) ?? true)) {
      throw new LarderError(
        `The file has two columns named ${JSON.stringify(column.name)}. Select others, or rename one.`,
        {
          code: "duplicate-column",
          facts: { column: column.name },
        },
      );
    }
    byName.set(column.name, column);
  }
  if (!names) return [...columns];
  const repeated = names.find((name, i) => names.indexOf(name) !== i);
  if (repeated !== undefined) {
    throw new LarderError(`Column ${JSON.stringify(repeated)} is selected twice. Select it once.`, {
      code: "duplicate-column",
      facts: { column: repeated },
    });
  }
  return names.map((name) => byName.get(name) ?? refuseUnknown(name, [...byName.keys()]));
}

function refuseUnknown(column: string, columns: readonly string[]): never {
  const nearest = nearestName(column, columns);
  const hint = nearest === undefined ? `It has: ${columns.join(", ")}.` : `Did you mean ${JSON.stringify(nearest)}?`;
  throw new LarderError(`The table has no column ${JSON.stringify(column)}. ${hint}`, {
    code: "unknown-column",
    facts: { column, nearest, columns },
  });
}

function readable(column: StoredColumn): ReadableColumn {
  if (column.field) return column;
  throw new LarderError(
    `Column ${JSON.stringify(column.name)} can't be read: ${column.reason}. Select the other columns.`,
    { code: "unsupported-column", facts: { column: column.name, reason: column.reason } },
  );
}

function columnSchema(column: StoredColumn): ColumnSchema {
  if (!column.field) return { name: column.name, type: "unsupported", nullable: true };
  const { type, nullable, metadata } = column.field;
  const described = { name: column.name, type: typeText(type), nullable };
  return metadata.size === 0 ? described : { ...described, metadata: Object.fromEntries(metadata) };
}

/** Sets a property, also one named `__proto__`. */
function define<Value>(target: Record<string, Value>, name: string, value: Value): void {
  if (name === "__proto__")
    Object.defineProperty(target, name, { value, enumerable: true, writable: true, configurable: true });
  else target[name] = value;
}

function checkCount(what: string, value: number): void {
  if (Number.isInteger(value) && value >= 0) return;
  throw new LarderError(`The ${what} of a slice must be a whole number of at least 0, not ${value}.`, {
    code: "invalid-slice",
    facts: { [what]: value },
  });
}
