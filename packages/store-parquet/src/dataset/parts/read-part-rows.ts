import { LarderError } from "@larder/core";
import type { Data } from "apache-arrow";
import type { FileLayout, ReadableColumn } from "../../format/file-layout.js";
import { damagedParquet } from "../../format/parquet-errors.js";
import { assembleRows } from "../../read/gather/assemble-rows.js";
import { type GroupRows, gatherRows, type OnPick } from "../../read/gather/gather-rows.js";
import type { FileParts } from "../../read/opened-file.js";
import { oneRun, pickRows } from "../../read/row-runs.js";
import type { OpenPart } from "./open-part.js";
import { readingPart } from "./part-errors.js";

/**
 * Rows of a part by their numbers: for each column one chunk, of the part's own type.
 *
 * @param columns any of the file's, also the id, key and sequence columns
 * @param rows ascending and distinct, from 0
 * @throws CacheCorruptionError; LarderError `part-gone`, `closed-part`, `read-failed`; `unknown-column`, `invalid-option` where the part
 *   has no such column or row
 */
export async function readPartRows(
  part: OpenPart,
  columns: readonly string[],
  rows: Int32Array,
  onPick?: OnPick,
): Promise<Map<string, Data>> {
  return readingPart(part.path, async () => {
    const { parts, found } = await openColumns(part, columns);
    checkRowNumbers(rows, parts.layout.rows, part);
    const groups = groupsOfRows(parts.layout, rows);
    const isGathered = ({ shape }: ReadableColumn) => part.file.direct && shape.kind === "leaf";
    const flat = found.filter(isGathered);
    const others = found.filter((column) => !isGathered(column));
    const gathered = await gatherRows(part.file, parts, flat, rows, groups, onPick);
    const assembled = others.length === 0 ? [] : await assembleRows(part.file, parts, others, runsOf(rows, groups));
    const data = new Map<string, Data>();
    for (const [i, { name }] of flat.entries()) data.set(name, gathered[i]!);
    for (const [i, { name }] of others.entries()) data.set(name, assembled[i]!);
    return data;
  });
}

/** The rows of a part from `start` to `end`, likewise. */
export async function readPartRange(
  part: OpenPart,
  columns: readonly string[],
  start: number,
  end: number,
): Promise<Map<string, Data>> {
  return readingPart(part.path, async () => {
    const { parts, found } = await openColumns(part, columns);
    const { layout } = parts;
    if (!(Number.isInteger(start) && Number.isInteger(end) && start >= 0 && start <= end && end <= layout.rows)) {
      throw badRows(part, `from ${start} to ${end}`, layout.rows);
    }
    const wanted = layout.rowGroups.flatMap((group) => {
      const from = Math.max(start - group.firstRow, 0);
      const to = Math.min(end - group.firstRow, group.rows);
      return from < to ? [{ group, runs: oneRun(from, to) }] : [];
    });
    const data = await assembleRows(part.file, parts, found, wanted);
    return new Map(found.map(({ name }, i) => [name, data[i]!]));
  });
}

async function openColumns(
  part: OpenPart,
  columns: readonly string[],
): Promise<{ parts: FileParts; found: ReadableColumn[] }> {
  const parts = await part.file.open();
  const { layout } = parts;
  if (layout.rows !== part.record.keys.size) throw damagedParquet("it has not as many rows as it has keys");
  const found = [...new Set(columns)].map((name): ReadableColumn => {
    const column = layout.columns.find((candidate) => candidate.name === name);
    if (!column) {
      throw new LarderError(
        `The part ${part.path} has no column ${JSON.stringify(name)}. Ask for those in its record.`,
        {
          code: "unknown-column",
          facts: { column: name, file: part.path },
        },
      );
    }
    if (!column.field) throw damagedParquet(`column ${JSON.stringify(name)} can't be read: ${column.reason}`);
    return column;
  });
  return { parts, found };
}

function checkRowNumbers(rows: Int32Array, count: number, part: OpenPart): void {
  let before = -1;
  for (let i = 0; i < rows.length; i++) {
    const row = rows[i]!;
    if (row <= before || row >= count) throw badRows(part, `${row} behind ${before}`, count);
    before = row;
  }
}

function badRows({ path }: OpenPart, rows: string, count: number): LarderError {
  return new LarderError(
    `The part ${path} has ${count} rows and was asked for rows ${rows}. Ask in ascending order, from 0.`,
    {
      code: "invalid-option",
      facts: { file: path, rows: count },
    },
  );
}

function groupsOfRows({ rowGroups }: FileLayout, rows: Int32Array): GroupRows[] {
  const groups: GroupRows[] = [];
  let from = 0;
  for (const group of rowGroups) {
    const to = placeFrom(rows, group.firstRow + group.rows, from);
    if (to > from) groups.push({ group, from, to });
    from = to;
  }
  return groups;
}

/** The first place, from `low` on, of a row that is `row` or more. */
function placeFrom(rows: Int32Array, row: number, low: number): number {
  let start = low;
  let end = rows.length;
  while (start < end) {
    const middle = (start + end) >>> 1;
    if (rows[middle]! < row) start = middle + 1;
    else end = middle;
  }
  return start;
}

function runsOf(rows: Int32Array, groups: readonly GroupRows[]) {
  return groups.map(({ group, from, to }) => ({
    group,
    runs: pickRows(oneRun(0, group.rows), rows.subarray(from, to), group.firstRow),
  }));
}
