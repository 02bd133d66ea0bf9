import type { Data } from "apache-arrow";
import type { ReadableColumn, StoredRowGroup } from "../../format/file-layout.js";
import { parsing } from "../../format/parquet-errors.js";
import { createColumnAssembler } from "../../read/column-assembler.js";
import { heldBytes } from "../../read/held-bytes.js";
import type { FileParts } from "../../read/opened-file.js";
import { planGroup } from "../../read/read-plan.js";
import { decodeGroup, finishColumns } from "../../read/read-table.js";
import { countRows, type RowRuns } from "../../read/row-runs.js";
import type { OpenPart } from "./open-part.js";

/** Reads rows of columns of any kind, row group by row group, as one chunk for each column. */
export async function assembleRows(
  part: OpenPart,
  parts: FileParts,
  columns: readonly ReadableColumn[],
  wanted: readonly { readonly group: StoredRowGroup; readonly runs: RowRuns }[],
): Promise<Data[]> {
  const { arrow, reader } = parts;
  const rows = wanted.reduce((sum, { runs }) => sum + countRows(runs), 0);
  const assemblers = columns.map((column) => {
    const byteLengths = column.leaves.map(() => rows * 16 + 64);
    return parsing("its values", {}, () => createColumnAssembler({ arrow, reader, column, rows, byteLengths }));
  });
  for (const { group, runs } of wanted) {
    const plan = await planGroup(part.file, parts, group, columns, runs);
    const held = heldBytes(part.file.readRange, part.file.gapBytes);
    await held.fetch(plan.ranges);
    await decodeGroup(plan, held, assemblers);
  }
  return finishColumns(assemblers);
}
