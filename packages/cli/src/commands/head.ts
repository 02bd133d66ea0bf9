import { formatCount, formatSize } from "../output/format-quantity.js";
import { type CellValue, cellReaders } from "../tables/cell-values.js";
import { narrowedScan } from "../tables/narrowed-scan.js";
import { withTable } from "../tables/open-table.js";
import { shownCell } from "../tables/row-texts.js";
import { exitCodes } from "./command.js";
import type { CommandContext } from "./command-context.js";

const usualRows = 10;

export async function run(context: CommandContext): Promise<number> {
  const { output, given } = context;
  return withTable(context, async (table) => {
    const scan = given.number("rows") === undefined ? table.scan().head(usualRows) : table.scan();
    const narrowed = narrowedScan(scan, given);
    const [schema, total, arrow] = [await narrowed.schema(), await table.scan().count(), await narrowed.toArrow()];
    const rows = arrow.batches.flatMap((batch) => {
      const readers = cellReaders(batch);
      return Array.from({ length: batch.numRows }, (_, row) => readers.map((read) => read(row)));
    });
    const names = schema.map(({ name }) => name);
    const asObject = (row: readonly CellValue[]) =>
      Object.fromEntries(names.map((name, at) => [name, row[at] ?? null]));
    output.document({
      origin: table.origin,
      rows: total,
      sizeBytes: table.sizeBytes ?? null,
      columns: schema,
      head: rows.map(asObject),
    });
    output.table(
      schema.map(({ name, type }, at) => ({
        title: name,
        align: isNumeric(type) ? "right" : "left",
        ...(!isNumeric(type) && { narrowsTo: 6 }),
        ...(at > 0 && { leftOut: at }),
      })),
      rows.map((row) => row.map(shownCell)),
    );
    const shown = `${formatCount(rows.length)} of ${formatCount(total)} rows, ${formatCount(names.length)} columns`;
    output.line(output.colours.dim(`${shown}, ${formatSize(table.sizeBytes)}`));
    return exitCodes.done;
  });
}

function isNumeric(type: string): boolean {
  return /^(u?int|float|decimal)/i.test(type);
}
