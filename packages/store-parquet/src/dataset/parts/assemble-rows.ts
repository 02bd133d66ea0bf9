import type { Data } from "apache-arrow";
import { breathe, isTimeToBreathe } from "../../format/breathe.js";
import type { ReadableColumn, StoredRowGroup } from "../../format/file-layout.js";
import { parsing } from "../../format/parquet-errors.js";
import { createColumnAssembler } from "../../read/column-assembler.js";
import { heldBytes } from "../../read/held-bytes.js";
import type { FileParts } from "../../read/opened-file.js";
import { planGroup } from "../../read/read-plan.js";
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
    for (const [i, chunks] of plan.columns.entries()) {
      for (const [leaf, chunk] of chunks.entries()) {
        if (isTimeToBreathe()) await breathe();
        const pieces = chunk.pieces.map((piece) => held.bytesOf(piece));
        await inColumn(columns[i]!.name, async () => assemblers[i]!.addChunk(leaf, chunk, pieces, runs));
      }
    }
  }
  const data: Data[] = [];
  for (const assembler of assemblers) {
    if (isTimeToBreathe()) await breathe();
    data.push(parsing("its values", {}, () => assembler.finish()));
  }
  return data;
}

async function inColumn(column: string, step: () => Promise<void>): Promise<void> {
  try {
    await step();
  } catch (error) {
    parsing(`column ${JSON.stringify(column)}`, { column }, () => {
      throw error;
    });
  }
}
