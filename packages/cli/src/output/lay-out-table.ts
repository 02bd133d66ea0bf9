import { cellWidth, fitted, shownSafely } from "./cell-width.js";

/** A column of a table for people. */
export interface Column {
  readonly title: string;
  /** Numbers stand at the right. */
  readonly align?: "left" | "right" | undefined;
  /** Least cells it is narrowed to; without it, it is never narrowed. */
  readonly narrowsTo?: number | undefined;
  /** Where there is no room, the column of the highest number is left out first; without it, it stays. */
  readonly leftOut?: number | undefined;
}

const gap = "  ";

/**
 * Lines of a table, the first with the titles, aligned by the cells that texts take.
 *
 * @param width - cells of a line: columns are narrowed, then left out, then rows are shown as blocks of `title: value`
 */
export function layOutTable(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string[] {
  const safe = rows.map((row) => row.map(shownSafely));
  let shown = columns.map((column, at) => ({ column, at, width: widest(column, safe, at) }));
  const total = (among: typeof shown) =>
    among.reduce((sum, each) => sum + each.width, 0) + gap.length * Math.max(0, among.length - 1);
  const least = (among: typeof shown) =>
    total(among.map((each) => ({ ...each, width: Math.min(each.width, each.column.narrowsTo ?? each.width) })));
  while (least(shown) > width) {
    const last = shown
      .filter(({ column }) => column.leftOut !== undefined)
      .sort((a, b) => b.column.leftOut! - a.column.leftOut!)[0];
    if (last === undefined) return blocks(columns, safe, width);
    shown = shown.filter((each) => each !== last);
  }
  while (total(shown) > width) {
    const next = shown
      .filter((each) => each.column.narrowsTo !== undefined && each.width > each.column.narrowsTo)
      .sort((a, b) => b.width - a.width)[0]!;
    next.width -= 1;
  }
  const line = (cells: readonly string[]) =>
    shown
      .map(({ column, at, width: cellsWide }) => {
        const text = fitted(cells[at] ?? "", cellsWide);
        const pad = " ".repeat(cellsWide - cellWidth(text));
        return column.align === "right" ? pad + text : text + pad;
      })
      .join(gap)
      .trimEnd();
  return [line(columns.map(({ title }) => title)), ...safe.map(line)];
}

function widest(column: Column, rows: readonly (readonly string[])[], at: number): number {
  return rows.reduce((width, row) => Math.max(width, cellWidth(row[at] ?? "")), cellWidth(column.title));
}

/** Rows below each other, for where not even the narrowest table has room. */
function blocks(columns: readonly Column[], rows: readonly (readonly string[])[], width: number): string[] {
  const titles = columns.map(({ title }) => title);
  return rows.flatMap((row, number) => [
    ...(number === 0 ? [] : [""]),
    ...titles.map((title, at) => fitted(`${title}: ${row[at] ?? ""}`, width)),
  ]);
}
