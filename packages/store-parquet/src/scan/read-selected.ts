import type { Data, RecordBatch } from "apache-arrow";
import type { ReadableColumn } from "../format/file-layout.js";
import { assembleRows } from "../read/gather/assemble-rows.js";
import { gatherRows } from "../read/gather/gather-rows.js";
import { intoBatches } from "../read/into-batches.js";
import type { FileParts, OpenedFile } from "../read/opened-file.js";
import { planGroup } from "../read/read-plan.js";
import { batchOf, readBatches, type WantedRows } from "../read/read-table.js";
import { countRows, rowNumbers } from "../read/row-runs.js";

/** Rows are gathered where they are at most one in so many; more of them are read as pages. */
const mostShare = 2;
/** Row numbers are 32-bit. */
const mostRows = 2 ** 31;

/** Reads some columns of selected rows as Arrow batches: gathered where they are few, else page by page. */
export async function readSelected(
  file: OpenedFile,
  parts: FileParts,
  columns: readonly ReadableColumn[],
  wanted: readonly WantedRows[],
): Promise<RecordBatch[]> {
  if (!isGathered(file, parts, columns, wanted)) return readBatches(file, parts, columns, wanted);
  const batches: RecordBatch[] = [];
  for (const some of intoBatches(wanted, (rows) => textBytes(columns, rows))) {
    const rows = some.reduce((sum, { runs }) => sum + countRows(runs), 0);
    batches.push(batchOf(parts, columns, await gatherColumns(file, parts, columns, some, rows), rows));
  }
  return batches;
}

/** Whether pages have an index, and rows are few enough, for values to be picked out of pages. */
function isGathered(
  { direct }: OpenedFile,
  { layout }: FileParts,
  columns: readonly ReadableColumn[],
  wanted: readonly WantedRows[],
): boolean {
  if (!direct || layout.rows >= mostRows) return false;
  let [rows, all] = [0, 0];
  for (const { group, runs } of wanted) {
    rows += countRows(runs);
    all += group.rows;
  }
  if (rows * mostShare > all) return false;
  return columns.every(
    ({ shape, leaves }) =>
      shape.kind !== "leaf" || wanted.every(({ group }) => group.chunks[leaves[0]!.chunkIndex]!.offsetIndex),
  );
}

async function gatherColumns(
  file: OpenedFile,
  parts: FileParts,
  columns: readonly ReadableColumn[],
  wanted: readonly WantedRows[],
  rows: number,
): Promise<Data[]> {
  const flat = columns.filter(({ shape }) => shape.kind === "leaf");
  const nested = columns.filter(({ shape }) => shape.kind !== "leaf");
  const numbers = new Int32Array(rows);
  let to = 0;
  const groups = wanted.map(({ group, runs, held }) => {
    const from = to;
    to = rowNumbers(runs, group.firstRow, numbers, from);
    let fetched: Promise<void> | undefined;
    const fetch = (): Promise<void> => {
      fetched ??= planGroup(file, parts, group, flat, runs).then(({ ranges }) => held.fetch(ranges));
      return fetched;
    };
    return { group, held, from, to, fetch: file.blockBytes === undefined ? fetch : undefined };
  });
  const gathered = await gatherRows(file, parts, flat, numbers, groups);
  const assembled = nested.length === 0 ? [] : await assembleRows(file, parts, nested, wanted);
  return columns.map((column) =>
    column.shape.kind === "leaf" ? gathered[flat.indexOf(column)]! : assembled[nested.indexOf(column)]!,
  );
}

/** Of each column, about as many bytes of text as the wanted rows have. */
function textBytes(columns: readonly ReadableColumn[], { group, runs }: WantedRows): number[] {
  const share = Math.min(1, (countRows(runs) / Math.max(1, group.rows)) * 1.25);
  return columns.map(({ leaves }) =>
    Math.max(
      ...leaves.map(({ leaf, chunkIndex }) =>
        leaf.type === "BYTE_ARRAY" ? Number(group.chunks[chunkIndex]!.metadata.total_uncompressed_size) * share : 0,
      ),
    ),
  );
}
