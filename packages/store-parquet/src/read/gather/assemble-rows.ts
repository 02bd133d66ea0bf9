import type { Data } from "apache-arrow";
import type { ReadableColumn, StoredRowGroup } from "../../format/file-layout.js";
import { parsing } from "../../format/parquet-errors.js";
import { createColumnAssembler } from "../column-assembler.js";
import { type HeldBytes, heldBytes } from "../held-bytes.js";
import type { FileParts, OpenedFile } from "../opened-file.js";
import { planGroup } from "../read-plan.js";
import { decodeGroup, finishColumns } from "../read-table.js";
import { countRows, type RowRuns } from "../row-runs.js";

/** Reads rows of columns of any kind, row group by row group, as one chunk for each column. */
export async function assembleRows(
  file: OpenedFile,
  parts: FileParts,
  columns: readonly ReadableColumn[],
  wanted: readonly { readonly group: StoredRowGroup; readonly runs: RowRuns; readonly held?: HeldBytes }[],
): Promise<Data[]> {
  const { arrow, reader } = parts;
  const rows = wanted.reduce((sum, { runs }) => sum + countRows(runs), 0);
  const assemblers = columns.map((column) => {
    const byteLengths = column.leaves.map(() => rows * 16 + 64);
    return parsing("its values", {}, () => createColumnAssembler({ arrow, reader, column, rows, byteLengths }));
  });
  for (const { group, runs, held = heldBytes(file.readRange, file.gapBytes) } of wanted) {
    const plan = await planGroup(file, parts, group, columns, runs);
    await held.fetch(plan.ranges);
    await decodeGroup(plan, held, assemblers);
  }
  return finishColumns(assemblers);
}
